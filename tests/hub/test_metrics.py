"""What an operator's Prometheus is told."""

import re
from types import SimpleNamespace

import pytest

from hub.api.metrics import _stored
from hub.errors import Unavailable
from hub.panel import service as panels
from hub.rooms import service as rooms
from hub.rooms.backlog import Backlog
from hub.settings import Settings
from tests.flows.site import eventually
from tests.hub.rest import Rest, running_hub, slug

TOKEN = "prometheus' own"


@pytest.fixture
def watched(tmp_path, furnished_database, clock):
    """A hub whose operator has set a token; it has no broker, so nothing is ever published."""
    with furnished_database("sqlite") as url:
        settings = Settings(data_dir=tmp_path, database_url=url, broker_url="none", metrics_token=TOKEN)
        with running_hub(settings, clock) as client:
            yield Rest(client, clock)


def scraped(rest):
    """Every figure, by its name and labels."""
    answer = rest.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_metrics_take_the_token_of_the_operator(watched, rest):
    wrong = watched.client.get("/metrics", headers={"Authorization": "Bearer another"})
    assert slug(wrong) == (401, "metrics-token-required")
    assert slug(watched.client.get("/metrics", headers=watched.headers("ada")))[0] == 401
    assert rest.client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_answers_and_refusals_are_counted_by_route_and_slug(watched):
    before = scraped(watched)
    room = watched.house.story_corner.id
    wish = {
        "roomId": room,
        "title": "Roadmap",
        "startsAt": "2026-11-23T09:00:00Z",
        "endsAt": "2026-11-23T10:00:00Z",
    }
    assert [watched.post("/bookings", json=wish).status_code for _ in range(2)] == [201, 409]
    assert watched.client.get("/api/v1/no/such/thing").status_code == 404
    after = scraped(watched)

    def grown(name):
        return after.get(name, 0) - before.get(name, 0)

    counted = 'circletime_requests_total{{method="POST",route="/api/v1/bookings",status="{}"}}'
    assert (grown(counted.format(201)), grown(counted.format(409))) == (1, 1)
    assert grown('circletime_requests_total{method="GET",route="none",status="404"}') == 1
    assert grown('circletime_refusals_total{slug="room-already-booked",via="rest"}') == 1
    assert grown('circletime_request_seconds_count{method="POST",route="/api/v1/bookings"}') == 2
    assert grown("circletime_commit_seconds_count") >= 2


def test_room_waits_since_before_anybody_asked(watched):
    backlog = watched.client.app.state.hub.backlog
    eventually("the hub has looked by itself", lambda: not backlog.empty)
    watched.clock.pass_time(seconds=30)
    assert scraped(watched)["circletime_oldest_unpublished_room_seconds"] == 30


def test_room_that_no_broker_gets_is_seen_waiting(watched):
    assert scraped(watched)["circletime_oldest_unpublished_room_seconds"] == 0
    watched.clock.pass_time(seconds=30)
    found = scraped(watched)
    assert found["circletime_oldest_unpublished_room_seconds"] == 30
    assert found["circletime_rooms_unpublished"] == 3
    watched.write(
        lambda session: [
            rooms.mark_published(session, room_id, revision, None)
            for room_id, revision in rooms.revisions(session).items()
        ]
    )
    assert scraped(watched)["circletime_rooms_unpublished"] == 0


def test_what_time_has_decided_and_nobody_made_permanent_is_late(world, clock):
    world.book((9, 0), (10, 0))
    world.at(11)
    hub = SimpleNamespace(database=world.database, clock=clock, backlog=Backlog())
    found = {one.name: one.samples[0].value for one in world.run(_stored(hub)) if one.samples}
    assert found["circletime_sweeper_lag_seconds"] >= 3600
    assert found["circletime_database_up"] == 1


def test_each_room_and_panel_has_the_numbers_that_home_assistant_gets_and_no_title(watched):
    house = watched.house
    wish = {"roomId": house.story_corner.id, "title": "Roadmap"}
    for hour in (8, 10):
        when = {"startsAt": f"2026-11-23T{hour:02}:00:00Z", "endsAt": f"2026-11-23T{hour + 1:02}:00:00Z"}
        assert watched.post("/bookings", json=wish | when).status_code == 201
    panel = watched.post("/panels", who="ada", json={"roomId": house.story_corner.id}).json()["id"]
    told = {"batteryPercent": 71, "signalDbm": -60}
    watched.write(lambda session: panels.note_telemetry(session, panel, told, watched.clock.now()))
    found = scraped(watched)
    busy = f'{{room="Story Corner",room_id="{house.story_corner.id}"}}'
    free = f'{{room="Sandbox",room_id="{house.sandbox.id}"}}'
    assert (found["circletime_room_occupied" + busy], found["circletime_room_occupied" + free]) == (1, 0)
    assert found["circletime_room_meeting_end_timestamp_seconds" + busy] == 1_795_424_400
    assert found["circletime_room_next_meeting_timestamp_seconds" + busy] == 1_795_428_000
    assert "circletime_room_meeting_end_timestamp_seconds" + free not in found
    of_panel = f'{{panel="{panel}",room_id="{house.story_corner.id}"}}'
    assert (
        found["circletime_panel_battery_percent" + of_panel],
        found["circletime_panel_signal_dbm" + of_panel],
    ) == (71, -60)
    assert "Roadmap" not in str(found)


def test_database_that_is_away_is_a_figure_too(watched, monkeypatch):
    async def away(_work):
        raise Unavailable("storage-unavailable", "away")

    monkeypatch.setattr(type(watched.client.app.state.hub.database), "report", lambda _self, work: away(work))
    assert scraped(watched)["circletime_database_up"] == 0


def test_request_brings_its_id_or_gets_one(watched):
    def identified(wished=None):
        headers = {"X-Request-Id": wished} if wished else {}
        return watched.get("/rooms", headers=headers).headers["x-request-id"]

    assert identified("from-the-proxy:7") == "from-the-proxy:7"
    assert len({identified(), identified()}) == 2
    for insane in ("a b", "x" * 65, '"}', "\u00e9".encode()):
        assert re.fullmatch("[0-9a-f]{16}", identified(insane))
    assert watched.client.get("/api/v1/no/such/thing").headers["x-request-id"]
