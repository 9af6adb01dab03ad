"""Who may do what: every route that the hub has, by everybody who may knock. What is not in the table is not there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest

from hub.accounts import access, service
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.api.subjects import DAY, DRAWING, HOLIDAYS, Subjects
from tests.hub.rest import Rest, running_hub, slug

WISH = {
    "roomId": "{room}",
    "title": "Roadmap",
    "startsAt": f"{DAY}T10:00:00Z",
    "endsAt": f"{DAY}T11:00:00Z",
}
NEW_PASSWORD = {"currentPassword": "wrong one", "newPassword": "long enough"}
PLAN = {"width": 90, "height": 60, "rooms": []}

# The columns: nobody | Nadia, whose booking it is; Tomas, another member; Lena, manager; Ada, admin |
# and API tokens: Nadia's to read, Nadia's to write, Ada's to write, Ada's for all.
RIGHTS = """
POST   /auth/login                      200 | 200 200 200 200 | 200 200 200 200
POST   /auth/logout                     401 | 200 200 200 200 | 403 200 200 200
GET    /auth/ways                       200 | 200 200 200 200 | 200 200 200 200
GET    /auth/oidc/start                 303 | 303 303 303 303 | 303 303 303 303
GET    /auth/oidc/callback              303 | 303 303 303 303 | 303 303 303 303
GET    /auth/me                         401 | 200 200 200 200 | 200 200 200 200
GET    /auth/me/notifications           401 | 200 200 200 200 | 403 403 403 403
PATCH  /auth/me/notifications           401 | 200 200 200 200 | 403 403 403 403
POST   /auth/me/calendar-address        401 | 201 201 201 201 | 403 403 403 403
DELETE /auth/me/calendar-address        401 | 204 204 204 204 | 403 403 403 403
GET    /auth/me/calendar.ics            404 | 404 404 404 404 | 404 404 404 404
POST   /auth/password-reset             202 | 202 202 202 202 | 202 202 202 202
POST   /auth/password-reset/confirm     422 | 422 422 422 422 | 422 422 422 422
POST   /auth/password                   401 | 403 403 403 403 | 403 403 403 403
GET    /auth/sessions                   401 | 200 200 200 200 | 403 403 403 403
DELETE /auth/sessions/{own_session}     401 | 204 204 204 204 | 403 403 403 403
GET    /tokens                          401 | 200 200 200 200 | 403 403 403 403
POST   /tokens                          401 | 201 201 201 201 | 403 403 403 403
DELETE /tokens/{own_token}              401 | 204 204 204 204 | 403 403 403 403
GET    /users                           401 | 403 403 403 200 | 403 403 403 200
POST   /users                           401 | 403 403 403 201 | 403 403 403 201
GET    /users/{user}                    401 | 403 403 403 200 | 403 403 403 200
PATCH  /users/{user}                    401 | 403 403 403 200 | 403 403 403 200
DELETE /users/{user}                    401 | 403 403 403 204 | 403 403 403 204
POST   /users/{invited}/invitation      401 | 403 403 403 202 | 403 403 403 202
POST   /users/{erased}/erasure          401 | 403 403 403 200 | 403 403 403 200
GET    /audit                           401 | 403 403 403 200 | 403 403 403 200

GET    /buildings                       401 | 200 200 200 200 | 200 200 200 200
POST   /buildings                       401 | 403 403 201 201 | 403 403 201 201
GET    /buildings/{building}            401 | 200 200 200 200 | 200 200 200 200
GET    /buildings/{building}/day        401 | 200 200 200 200 | 200 200 200 200
PATCH  /buildings/{building}            401 | 403 403 200 200 | 403 403 200 200
DELETE /buildings/{building}            401 | 403 403 204 204 | 403 403 204 204
POST   /buildings/{building}/floors     401 | 403 403 201 201 | 403 403 201 201
PATCH  /floors/{floor}                  401 | 403 403 200 200 | 403 403 200 200
DELETE /floors/{floor}                  401 | 403 403 204 204 | 403 403 204 204
GET    /floors/{planned}/plan           401 | 200 200 200 200 | 200 200 200 200
GET    /floors/{planned}/plan.svg       401 | 200 200 200 200 | 200 200 200 200
PUT    /floors/{floor}/plan             401 | 403 403 403 200 | 403 403 403 200
GET    /floors/{planned}/plan/background.svg 401 | 200 200 200 200 | 200 200 200 200
PUT    /floors/{planned}/plan/background.svg 401 | 403 403 403 200 | 403 403 403 200
DELETE /floors/{planned}/plan/background.svg 401 | 403 403 403 204 | 403 403 403 204
GET    /amenities                       401 | 200 200 200 200 | 200 200 200 200
POST   /amenities                       401 | 403 403 403 201 | 403 403 403 201
PATCH  /amenities/{amenity}             401 | 403 403 403 200 | 403 403 403 200
DELETE /amenities/{amenity}             401 | 403 403 403 204 | 403 403 403 204
GET    /rooms                           401 | 200 200 200 200 | 200 200 200 200
POST   /rooms                           401 | 403 403 201 201 | 403 403 201 201
GET    /rooms/{room}                    401 | 200 200 200 200 | 200 200 200 200
PATCH  /rooms/{room}                    401 | 403 403 200 200 | 403 403 200 200
DELETE /rooms/{room}                    401 | 403 403 204 204 | 403 403 204 204
GET    /rooms/{room}/bookings           401 | 200 200 200 200 | 200 200 200 200
GET    /rooms/{room}/slots              401 | 200 200 200 200 | 200 200 200 200
GET    /rooms/{room}/occurrences        401 | 200 200 200 200 | 200 200 200 200
GET    /rooms/{room}/state              401 | 200 200 200 200 | 200 200 200 200
PUT    /rooms/{room}/glass-pin          401 | 403 403 200 200 | 403 403 200 200
DELETE /rooms/{pinned}/glass-pin        401 | 403 403 204 204 | 403 403 204 204
POST   /rooms/{room}/calendar-address   401 | 403 403 201 201 | 403 403 201 201
DELETE /rooms/{room}/calendar-address   401 | 403 403 204 204 | 403 403 204 204
GET    /rooms/{room}/calendar.ics       404 | 404 404 404 404 | 404 404 404 404

GET    /bookings                        401 | 200 200 200 200 | 200 200 200 200
POST   /bookings                        401 | 201 201 201 201 | 403 201 201 201
GET    /bookings/{booked}               401 | 200 200 200 200 | 200 200 200 200
PATCH  /bookings/{booked}               401 | 200 403 200 200 | 403 200 200 200
POST   /bookings/{booked}/cancel        401 | 200 403 200 200 | 403 200 200 200
POST   /bookings/{started}/check-in     401 | 200 403 200 200 | 403 200 200 200
POST   /bookings/{checked_in}/end       401 | 200 403 200 200 | 403 200 200 200
POST   /bookings/{checked_in}/extend    401 | 200 403 200 200 | 403 200 200 200
POST   /bookings/{checked_in}/attendance 401 | 200 403 200 200 | 403 200 200 200
POST   /bookings/{series}/occurrences   401 | 201 403 201 201 | 403 201 201 201
POST   /bookings/{walk_up}/claim        401 | 200 200 200 200 | 403 200 200 200
POST   /bookings/{pending}/approve      401 | 403 403 200 200 | 403 403 200 200
POST   /bookings/{pending}/decline      401 | 403 403 200 200 | 403 403 200 200

GET    /settings                        401 | 403 403 200 200 | 403 403 200 200
PATCH  /settings                        401 | 403 403 403 200 | 403 403 403 200
POST   /rooms/{room}/issues             401 | 201 201 201 201 | 403 201 201 201
GET    /issues                          401 | 403 403 200 200 | 403 403 200 200
GET    /issues/{issue}                  401 | 403 403 200 200 | 403 403 200 200
PATCH  /issues/{issue}                  401 | 403 403 200 200 | 403 403 200 200
GET    /closures                        401 | 200 200 200 200 | 200 200 200 200
POST   /closures                        401 | 403 403 201 201 | 403 403 201 201
POST   /closures/import                 401 | 403 403 200 200 | 403 403 200 200
GET    /closures/{closure}              401 | 200 200 200 200 | 200 200 200 200
PATCH  /closures/{closure}              401 | 403 403 200 200 | 403 403 200 200
DELETE /closures/{closure}              401 | 403 403 204 204 | 403 403 204 204
GET    /connections                     401 | 403 403 200 200 | 403 403 200 200
POST   /connections                     401 | 403 403 201 201 | 403 403 201 201
GET    /connections/{connection}        401 | 403 403 200 200 | 403 403 200 200
PATCH  /connections/{connection}        401 | 403 403 200 200 | 403 403 200 200
DELETE /connections/{connection}        401 | 403 403 204 204 | 403 403 204 204
POST   /connections/{connection}/test   401 | 403 403 503 503 | 403 403 503 503
GET    /webhooks                        401 | 403 403 200 200 | 403 403 200 200
POST   /webhooks                        401 | 403 403 403 201 | 403 403 403 201
GET    /webhooks/{webhook}              401 | 403 403 200 200 | 403 403 200 200
PATCH  /webhooks/{webhook}              401 | 403 403 403 200 | 403 403 403 200
DELETE /webhooks/{webhook}              401 | 403 403 403 204 | 403 403 403 204
POST   /webhooks/{webhook}/secret       401 | 403 403 403 200 | 403 403 403 200
POST   /webhooks/{webhook}/test         401 | 403 403 403 200 | 403 403 403 200
GET    /webhooks/{webhook}/deliveries   401 | 403 403 200 200 | 403 403 200 200
POST   /webhooks/{pinged}/deliveries/{delivery}/resend 401 | 403 403 200 200 | 403 403 200 200
POST   /connections/{connection}/sync   401 | 403 403 200 200 | 403 403 200 200
GET    /connections/{connection}/clashes 401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/kpis                  401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/utilization           401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/ghosting              401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/capacity              401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/heatmap               401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/trends                401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/comparison            401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/peak                  401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/kpis/export           401 | 403 403 200 200 | 403 403 200 200
GET    /analytics/bookings              401 | 403 403 200 200 | 403 403 200 200
GET    /panels                          401 | 403 403 200 200 | 403 403 200 200
POST   /panels                          401 | 403 403 201 201 | 403 403 201 201
GET    /panels/{panel}                  401 | 403 403 200 200 | 403 403 200 200
PATCH  /panels/{panel}                  401 | 403 403 200 200 | 403 403 200 200
DELETE /panels/{panel}                  401 | 403 403 204 204 | 403 403 204 204
POST   /panels/enrol                    200 | 200 200 200 200 | 200 200 200 200
POST   /broker/access                   403 | 403 403 403 403 | 403 403 403 403
POST   /panels/claim                    401 | 403 403 200 200 | 403 403 200 200
POST   /panels/{panel}/replace          401 | 403 403 200 200 | 403 403 200 200
GET    /panels/{panel}/screen.png       401 | 403 403 503 503 | 403 403 503 503
POST   /panels/{panel}/press            401 | 403 403 503 503 | 403 403 503 503
GET    /firmware                        401 | 403 403 403 200 | 403 403 403 200
POST   /firmware                        401 | 403 403 403 409 | 403 403 403 409
GET    /firmware/{version}/image        404 | 404 404 404 404 | 404 404 404 404
GET    /firmware/rollouts               401 | 403 403 403 200 | 403 403 403 200
POST   /firmware/rollouts               401 | 403 403 403 404 | 403 403 403 404
POST   /firmware/rollouts/{rollout}/stop 401 | 403 403 403 404 | 403 403 403 404
"""

BODIES = {
    "POST /auth/login": {"email": "olga@example.org", "password": "long enough"},
    "POST /auth/logout": {},
    "POST /auth/password-reset": {"email": "u{number}@example.org"},
    "POST /auth/password-reset/confirm": {"token": "x", "password": "long enough"},
    "POST /auth/password": NEW_PASSWORD,
    "POST /tokens": {"name": "script", "scope": "read"},
    "POST /users": {"email": "u{number}@example.org", "name": "Una", "role": "member"},
    "PATCH /users/{user}": {"name": "Una"},
    "POST /buildings": {"name": "B{number}", "timeZone": "UTC"},
    "PATCH /buildings/{building}": {"name": "B{number}"},
    "POST /buildings/{building}/floors": {"name": "2"},
    "PATCH /floors/{floor}": {"name": "2"},
    "PUT /floors/{floor}/plan": PLAN,
    "POST /amenities": {"name": "A{number}"},
    "PATCH /amenities/{amenity}": {"name": "A{number}"},
    "POST /rooms": {"name": "R{number}", "floorId": "{floor}", "capacity": 4},
    "PATCH /auth/me/notifications": {"own": True},
    "PATCH /rooms/{room}": {"capacity": 5},
    "POST /bookings": WISH,
    "PATCH /bookings/{booked}": {"title": "Other"},
    "POST /bookings/{checked_in}/extend": {"minutes": 15},
    "POST /bookings/{checked_in}/attendance": {"count": 3, "source": "organizer"},
    "POST /bookings/{series}/occurrences": {"date": "2026-11-24"},
    "POST /rooms/{room}/issues": {"category": "display"},
    "PATCH /issues/{issue}": {"status": "acknowledged"},
    "PATCH /settings": {"policy": {"maxMinutes": 480}},
    "POST /closures": {
        "buildingId": "{building}",
        "name": "New Year",
        "from": "2027-01-01",
        "to": "2027-01-02",
    },
    "PATCH /closures/{closure}": {"name": "Holiday"},
    "POST /connections": {"roomId": "{room}", "kind": "caldav", "url": "https://127.0.0.1/room/"},
    "PATCH /connections/{connection}": {"leads": "hub"},
    "POST /webhooks": {"url": "https://127.0.0.1/hook", "events": ["panel.offline"]},
    "PATCH /webhooks/{webhook}": {"name": "Another"},
    "POST /panels": {"roomId": "{room}"},
    "PATCH /panels/{panel}": {"name": "Door"},
    "POST /panels/enrol": {"enrolmentSecret": "{enrolment_secret}"},
    "POST /broker/access": {"clientid": "x"},
    "POST /panels/claim": {"code": "{code}", "roomId": "{room}"},
    "POST /panels/{panel}/replace": {"code": "{code}"},
    "PUT /rooms/{room}/glass-pin": {"pin": "2468"},
    "POST /panels/{panel}/press": {"key": 1},
    "POST /firmware/rollouts": {"version": "0.2.0"},
}
RANGE = {"from": "2026-11-01", "to": "2026-12-01"}
AGAIN = {"startsAt": f"{DAY}T15:00:00Z", "endsAt": f"{DAY}T15:30:00Z", "rrule": "FREQ=DAILY;COUNT=2"}
QUERIES = {
    "POST /closures/import": {"buildingId": "{building}"},
    "GET /analytics/kpis": RANGE,
    "GET /analytics/utilization": RANGE,
    "GET /analytics/ghosting": RANGE,
    "GET /analytics/capacity": RANGE,
    "GET /analytics/heatmap": RANGE,
    "GET /analytics/trends": RANGE | {"metric": "ghostRate"},
    "GET /analytics/comparison": RANGE | {"roomId": "{room}"},
    "GET /analytics/peak": RANGE,
    "GET /analytics/kpis/export": RANGE | {"format": "csv"},
    "GET /analytics/bookings": RANGE | {"measure": "bookings"},
    "GET /buildings/{building}/day": {"date": DAY},
    "GET /rooms/{room}/bookings": {"date": DAY},
    "GET /rooms/{room}/occurrences": AGAIN,
    "GET /rooms/{room}/slots": {"date": DAY, "minutes": 30},
}
COLUMNS = [
    "nobody",
    "nadia",
    "tomas",
    "lena",
    "ada",
    "nadia reads",
    "nadia writes",
    "ada writes",
    "ada's all",
]
TOKENS = {
    "nadia reads": ("nadia", "read"),
    "nadia writes": ("nadia", "write"),
    "ada writes": ("ada", "write"),
    "ada's all": ("ada", "admin"),
}
STRANGERS = ["deactivated", "expired", "revoked", "panel", "made up"]
"""Who comes with something in hand that is worth nothing: they are nobody."""
ROWS = [
    (words[0], words[1], dict(zip(COLUMNS, [int(word) for word in words[2:] if word != "|"], strict=True)))
    for words in map(str.split, RIGHTS.splitlines())
    if words
]
ENDLESS = "/events"
"""Answers without end; it has a test of its own."""
OPEN = {
    ("GET", "/"),
    ("GET", "/{path:path}"),
    ("GET", "/assets/{name}"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),  # behind the operator's token: tests/hub/test_metrics.py
    ("GET", "/api/v1/schema"),
    ("GET", "/api/v1/schema/openapi.json"),
    ("GET", "/api/v1/schema/{path}"),
}
"""Outside the table: for everybody, with nothing of the house in it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory, empty_database):
    """The house, and for each column a way in."""
    folder = tmp_path_factory.mktemp("rights")
    shutil.copy(empty_database, folder / "circletime.db")
    clock = FakeClock()
    with running_hub(Settings(data_dir=folder, broker_url="none"), clock) as client:
        rest = Rest(client, clock)
        olga = {
            "email": "olga@example.org",
            "name": "Olga",
            "role": "member",
            "password": "long enough",
        }
        assert rest.post("/users", json=olga, who="ada").status_code == 201
        accounts = {who: getattr(rest.house, who) for who in ("nadia", "tomas", "lena", "ada")}
        accounts |= {who: accounts[owner] for who, (owner, _) in TOKENS.items()}
        _strangers(rest)
        yield SimpleNamespace(rest=rest, subjects=Subjects(rest), accounts=accounts)


def _strangers(rest: Rest) -> None:
    now = rest.clock.now()
    panel = rest.post("/panels", json={"roomId": rest.house.sandbox.id}, who="ada").json()
    rest.as_token("panel", panel["secret"])
    rest.as_token("made up", "x" * 43)

    def work(session):
        gone = service.add_user(session, email="gone@example.org", name="Gone", role="admin", now=now)
        rest.as_token("deactivated", access.open_session(session, gone, now))
        long_ago = now - timedelta(days=400)
        rest.as_token("expired", access.open_session(session, rest.house.ada, long_ago))
        revoked = access.open_session(session, rest.house.ada, now)
        rest.as_token("revoked", revoked)
        access.close_session(session, rest.house.ada, revoked)
        return gone.id

    gone = rest.write(work)
    assert rest.delete(f"/users/{gone}", who="ada").status_code == 204


def _way_in(site, who: str) -> str | None:
    """A session or token of who asks, made for this call: some calls end it."""
    rest, now = site.rest, site.rest.clock.now()
    if who == "nobody":
        return None
    if who in STRANGERS:
        return who
    _, scope = TOKENS.get(who, (who, None))
    account = site.accounts[who]

    def work(session):
        if scope is None:
            return access.open_session(session, account, now)
        access.end_api_tokens(session, account)
        return access.add_api_token(session, account, name=who, scope=scope, expires_at=None, now=now)[1]

    rest.as_token("asks", rest.write(work))
    return "asks"


def ask(site, method: str, path: str, who: str, thing: str | None):
    """`thing`: the path with an id in it; None makes a thing for this call."""
    row = f"{method} {path}"
    account = site.accounts.get(who, site.rest.house.nadia)
    filled = thing or site.subjects.filled(path, account)
    more = {"follow_redirects": False, "params": site.subjects.filled(QUERIES.get(row), account)}
    if path.endswith("background.svg"):
        more["content"] = DRAWING
    elif path == "/closures/import":
        more["content"] = HOLIDAYS
    elif row in BODIES:
        more["json"] = site.subjects.filled(BODIES[row], account)
    way_in = _way_in(site, who)
    site.rest.client.cookies.clear()  # a login leaves one
    return site.rest(method, filled, who=way_in, **more)


@pytest.mark.parametrize(("method", "path", "expected"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_each_may_do_what_the_table_says(site, method, path, expected):
    thing = site.subjects.filled(path, site.rest.house.nadia)
    for who in COLUMNS + STRANGERS:
        nobody = who in {"nobody", *STRANGERS}
        answer = ask(site, method, path, who, thing if nobody else None)
        assert answer.status_code == expected.get(who, expected["nobody"]), f"{who}: {answer.text}"
        if answer.status_code == 401:
            assert slug(answer) == (401, "login-required"), who
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_nothing_is_reachable_that_the_table_does_not_list(site):
    there = {
        (method, route.path.replace(":str", "").replace("{report}", "kpis"))
        for route in site.rest.client.app.routes
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS"
    }
    listed = {(method, "/api/v1" + _without_names(path)) for method, path, _ in ROWS} | {
        ("GET", "/api/v1" + ENDLESS)
    }
    ours = {(method, _without_names(path)) for method, path in there - OPEN}
    assert ours == listed, "give a new endpoint its row in RIGHTS; take a row away with its endpoint"


def _without_names(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("path", sorted({row[1] for row in ROWS} | {ENDLESS}))
def test_other_methods_lead_nowhere(site, path):
    known = {method for method, listed, _ in ROWS if _without_names(listed) == _without_names(path)}
    filled = _without_names(path).replace("{}", "x")
    for method in (
        {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - known - ({"GET"} if path == ENDLESS else set())
    ):
        assert site.rest(method, filled, who="ada").status_code == 405, method
    asked = site.rest("OPTIONS", filled, who=None)
    assert asked.status_code in {204, 401}
    assert asked.status_code == 401 or not asked.content


@pytest.mark.parametrize("who", ["nobody", *STRANGERS])
def test_events_are_not_told_to_strangers(site, who):
    assert slug(site.rest.get(ENDLESS, who=_way_in(site, who))) == (401, "login-required")


@pytest.mark.parametrize("path", ["/users", "/users/x", "/audit", "/tokens", "/auth/sessions"])
def test_cookie_is_no_way_in_for_other_sites(site, path):
    site.rest.client.cookies.set("circletime_session", site.rest._tokens["ada"])
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    for method in ("POST", "PATCH", "DELETE"):
        answer = site.rest(method, path, who=None, headers=headers, json={})
        assert answer.status_code in {403, 405}
    site.rest.client.cookies.clear()


@pytest.mark.parametrize(("method", "path"), sorted(OPEN))
def test_what_is_open_to_all_tells_nothing_of_the_house(site, method, path):
    filled = path.replace("{path:path}", "rooms/x").replace("{name}", "none.js").replace("{path}", "redoc")
    told = site.rest.client.request(method, filled)
    assert told.status_code in {200, 404, 503}
    for secret in ("Nadia", "example.org", "Sandbox", site.rest.house.sandbox.id):
        assert secret not in told.text
