"""Whatever is sent to any endpoint, the hub answers it, and never with a fault of its own."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from hub.app import create_app
from hub.settings import Settings
from tests.flows.site import EMAIL, PASSWORD, Site
from tests.soak import examples

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
MEMBER = "nadia@example.org"

app = create_app(Settings(data_dir=Path("never-started"), broker_url="none"))
schema = schemathesis.openapi.from_dict(app.openapi_schema.to_schema())
OPERATIONS = [found.ok() for found in schema.get_all_operations()]
ENDLESS = {"GET /api/v1/events"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A hub with something in it, an admin, and a member."""
    found = Site(tmp_path_factory.mktemp("hub"))
    found.start()
    member = {"email": MEMBER, "name": "Nadia Kovacs", "role": "member", "password": PASSWORD}
    found.post("/users", member)
    (room,) = found.furnish("Story Corner")
    found.book(room)
    found.post("/panels", {"roomId": room, "simulated": True})
    yield found
    assert found.hub.poll() is None, "the hub died"
    found.close()


def test_the_description_names_the_endpoints():
    assert len(OPERATIONS) > 25
    assert {operation.label for operation in OPERATIONS} >= ENDLESS


@pytest.fixture(scope="module")
def headers_of(site):
    """The headers of someone's session: a new one where a call has ended the last."""
    sessions = {
        "nobody": {},
        "admin": {"Authorization": "Bearer none"},
        "member": {"Authorization": "Bearer none"},
    }

    def found(who):
        if who != "nobody" and site.client.get("/auth/me", headers=sessions[who]).status_code != 200:
            email = EMAIL if who == "admin" else MEMBER
            answer = site.client.post("/auth/login", json={"email": email, "password": PASSWORD})
            sessions[who] = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
        return sessions[who]

    return found


@pytest.mark.parametrize(("who", "few"), [("admin", 12), ("member", 4), ("nobody", 2)])
@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS if o.label not in ENDLESS], ids=lambda operation: operation.label
)
def test_no_request_makes_the_hub_fail(site, headers_of, operation, who, few):
    headers = headers_of(who)

    @settings(
        max_examples=examples(few), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def ask(case):
        base = str(site.client.base_url).removesuffix("/api/v1/")
        response = case.call(base_url=base, headers=headers)
        case.validate_response(response, checks=CHECKS)

    ask()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    "path", ["/", "/%00", "/rooms/%2e%2e/x", "/rooms/" + "x" * 5000, "/rooms/é/state", "/rooms//state"]
)
def test_odd_addresses_are_answered(site, method, path):
    assert site.client.request(method, path).status_code < 500
