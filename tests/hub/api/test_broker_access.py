"""A broker that asks over HTTP learns who may connect, and what they may do there."""

import shutil

import pytest
from litestar.testing import TestClient

from hub.app import create_app
from hub.mqtt.broker_address import broker_address
from hub.settings import BadSetting, Settings, from_environment
from shared import topics
from tests.fakes import FakeClock
from tests.hub.rest import Rest, slug

SECRET = "what the broker and the hub share"


@pytest.fixture(scope="module")
def rest(tmp_path_factory, empty_database):
    """A hub whose broker is away, as it is for a moment in every life."""
    folder = tmp_path_factory.mktemp("hub")
    shutil.copy(empty_database, folder / "circletime.db")
    (folder / "secret").write_text(SECRET + "\n")
    settings = Settings(
        data_dir=folder,
        broker_url="mqtt://hub:own%20password@127.0.0.1:9,10.0.0.2:1883",
        panels_broker_url="mqtts://broker.example.org",
        broker_secret_file=folder / "secret",
    )
    clock = FakeClock()
    with TestClient(create_app(settings, clock=clock)) as client:
        yield Rest(client, clock)


def ask(rest, clientid, password, username=None, secret=SECRET):
    said = {"clientid": clientid, "username": username or clientid, "password": password}
    headers = {"Authorization": f"Bearer {secret}"}
    return rest.post("/broker/access", json=said, who=None, headers=headers)


def test_panel_is_let_in_to_its_own_topics_and_no_others(rest):
    made = rest.post("/panels", json={"roomId": rest.house.sandbox.id}, who="ada").json()
    assert made["mqtt"] == {"host": "broker.example.org", "port": 8883, "tls": True}
    answer = ask(rest, made["id"], made["secret"])
    assert (answer.status_code, answer.json()["result"]) == (200, "allow")
    rules = [(rule["permission"], rule["action"], rule["topic"]) for rule in answer.json()["acl"]]
    assert set(rules[:-1]) == {
        ("allow", "publish", topics.panel_up(made["id"], "+")),
        ("allow", "subscribe", topics.panel_down(made["id"], "#")),
        ("allow", "subscribe", topics.room_state(rest.house.sandbox.id)),
        ("allow", "subscribe", topics.HUB_PRESENCE),
    }
    assert rules[-1] == ("deny", "all", "#")
    for wrong in (
        ask(rest, made["id"], "guess"),
        ask(rest, made["id"], None),
        ask(rest, "another", made["secret"], username=made["id"]),
    ):
        assert wrong.json() == {"result": "deny", "acl": []}
    assert rest.delete(f"/panels/{made['id']}", who="ada").status_code == 204
    assert ask(rest, made["id"], made["secret"]).json()["result"] == "deny"


def test_hub_itself_is_let_in(rest):
    assert ask(rest, "circletime-hub", "own password", username="hub").json()["result"] == "allow"
    assert ask(rest, "circletime-hub", "guess", username="hub").json()["result"] == "deny"


@pytest.mark.parametrize("secret", ["", "guess", SECRET + "x"])
def test_nobody_else_may_ask(rest, secret):
    assert slug(ask(rest, "x", "y", secret=secret)) == (403, "not-the-broker")


def test_hub_serves_while_its_broker_is_away(rest):
    assert rest.client.get("/health/ready").status_code == 200
    times = {"startsAt": "2026-11-24T10:00:00Z", "endsAt": "2026-11-24T11:00:00Z"}
    wish = {"roomId": rest.house.sandbox.id, "title": "Retro", **times}
    assert rest.post("/bookings", json=wish).status_code == 201
    made = rest.post("/panels", json={}, who="ada").json()
    assert slug(rest.get(f"/panels/{made['id']}/screen.png", who="ada")) == (503, "panel-silent")


def test_secrets_of_a_broker_that_asks_stay_hashed(rest):
    rest.post("/panels", json={}, who="ada")
    from sqlalchemy import text

    assert not rest.write(lambda session: session.execute(text("SELECT * FROM broker_logins")).all())


def test_addresses_of_brokers():
    found = broker_address("mqtt://hub:p%40ss@n1,n2:1884,[::1]:1885?access=dynsec")
    assert found.hosts == (("n1", 1883), ("n2", 1884), ("::1", 1885))
    assert (found.username, found.password, found.access, found.tls) == ("hub", "p@ss", "dynsec", None)
    assert broker_address("mqtts://n1").hosts == (("n1", 8883),)
    assert broker_address("mqtts://n1").tls is not None
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    "words",
    ["", "n1:1883", "http://n1", "mqtt://", "mqtt://n1:x", "mqtt://n1:99999", "mqtt://n1?access=all",
     "mqtt://n1?other=1", "mqtts://n1?ca=/nowhere", "mqtt://n1,", "mqtt://n1/path"],
)  # fmt: skip
def test_what_is_no_broker_is_refused_without_telling_it(words):
    with pytest.raises(BadSetting, match="CIRCLETIME_BROKER_URL") as refused:
        broker_address(words.replace("n1", "u:hush@n1"))
    assert "hush" not in str(refused.value)


def test_settings_of_an_outside_broker(tmp_path):
    url = "mqtt://hub:pw@b?access=dynsec"
    found = from_environment({"CIRCLETIME_BROKER_URL": url, "CIRCLETIME_NATS_SEED_FILE": "/run/seed"})
    assert found.outside_broker
    assert found.broker_keeps_passwords
    assert str(found.nats_seed_file) == "/run/seed"
    with pytest.raises(BadSetting, match="SEED_FILE"):
        create_app(Settings(data_dir=tmp_path, broker_url="mqtt://b", nats_url="nats://b"))
