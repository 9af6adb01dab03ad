"""The web app's stream of events, from a hub without a broker, over a real socket.

The world writes to the same database as another process would.
"""

import json
import threading
import time

import httpx
import pytest
import uvicorn

from hub.accounts import service as accounts
from hub.api import events
from hub.app import create_app
from hub.rooms import service as rooms
from hub.settings import Settings

PATIENCE_S = 20.0


class RunningHub:
    """`circletime serve` in a thread: what it shares with the test is the clock and the database file."""

    def __init__(self, world):
        self._world = world
        settings = Settings(database_url=world.url, broker_url="none")
        app = create_app(settings, clock=world.clock)
        config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + PATIENCE_S
        while not self._server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self):
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)

    def headers(self, who):
        token = self._world.write(accounts.open_session, who, self._world.clock.now())
        return {"Authorization": f"Bearer {token}"}


class Listener:
    """One open stream; `next` gives the next event, `heartbeat` or `end`."""

    def __init__(self, url, headers):
        self._client = httpx.Client(timeout=PATIENCE_S)
        self._context = self._client.stream("GET", f"{url}/api/v1/events", headers=headers)
        self.response = self._context.__enter__()
        self._lines = self.response.iter_lines()

    def next(self):
        name = None
        for line in self._lines:
            if line.startswith(": heartbeat"):
                return "heartbeat"
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: ") and name:
                return name, json.loads(line.removeprefix("data: "))
        return "end"

    def close(self):
        self._context.__exit__(None, None, None)
        self._client.close()


@pytest.fixture
def hub(world):
    found = RunningHub(world)
    yield found
    found.stop()


@pytest.fixture
def listen(hub, request):
    """Opens a stream, and waits until it is open."""

    def open_stream(headers):
        found = Listener(hub.url, headers)
        request.addfinalizer(found.close)
        assert found.next() == ("hello", {})
        return found

    return open_stream


def test_stream_is_for_those_who_are_logged_in(hub):
    assert httpx.get(f"{hub.url}/api/v1/events").status_code == 401


def test_booking_made_here_is_told_at_once(world, house, hub, listen):
    nadia = hub.headers(house.nadia)
    stream = listen(nadia)
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    body = {
        "roomId": house.story_corner.id,
        "title": "Roadmap",
        "startsAt": "2026-11-23T09:00:00Z",
        "endsAt": "2026-11-23T10:00:00Z",
    }
    assert httpx.post(f"{hub.url}/api/v1/bookings", json=body, headers=nadia).status_code == 201
    told = {"type": "room", "roomId": house.story_corner.id, "revision": world.room().revision}
    assert stream.next() == ("room", told)


def test_what_another_process_stores_is_told_once(world, house, hub, listen):
    stream = listen(hub.headers(house.nadia))
    world.book((9, 0), (10, 0))
    told = {"type": "room", "roomId": house.story_corner.id, "revision": world.room().revision}
    assert stream.next() == ("room", told)
    world.book((9, 0), (10, 0), room=house.sandbox)
    assert stream.next()[1]["roomId"] == house.sandbox.id


def test_panels_are_told_of_to_managers_only(world, house, hub, listen):
    lena = hub.headers(house.lena)
    manager, member = listen(lena), listen(hub.headers(house.nadia))
    made = httpx.post(f"{hub.url}/api/v1/panels", json={"name": "Oak"}, headers=lena).json()
    told = {"type": "panel", "panelId": made["id"], "roomId": None, "status": "offline", "frame": 0}
    assert manager.next() == ("panel", told)
    world.book((9, 0), (10, 0))
    assert member.next()[0] == "room"


def test_issues_are_told_of_to_managers_only(world, house, hub, listen):
    manager, member = listen(hub.headers(house.lena)), listen(hub.headers(house.nadia))
    path = f"{hub.url}/api/v1/rooms/{house.sandbox.id}/issues"
    made = httpx.post(path, json={"category": "display"}, headers=hub.headers(house.nadia)).json()
    told = {"type": "issue", "issueId": made["id"], "roomId": house.sandbox.id, "status": "open"}
    assert manager.next() == ("issue", told)
    world.book((9, 0), (10, 0))
    assert member.next()[0] == "room"


def test_stream_ends_when_its_session_does(house, hub, listen):
    ends, goes_on = hub.headers(house.nadia), hub.headers(house.nadia)
    ended, other = listen(ends), listen(goes_on)
    httpx.post(f"{hub.url}/api/v1/auth/logout", headers=ends)
    assert ended.next() == "end"
    httpx.post(f"{hub.url}/api/v1/auth/logout", headers=goes_on)
    assert other.next() == "end"


@pytest.fixture
def quick_heartbeat(monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.1)


def test_quiet_stream_has_a_heartbeat(quick_heartbeat, house, hub, listen):
    stream = listen(hub.headers(house.nadia))
    assert [stream.next(), stream.next()] == ["heartbeat", "heartbeat"]


def test_stream_ends_when_its_session_was_ended_by_another_process(
    quick_heartbeat, world, house, hub, listen
):
    headers = hub.headers(house.nadia)
    stream = listen(headers)
    token = headers["Authorization"].removeprefix("Bearer ")
    world.write(accounts.close_session, house.nadia, token)
    while (heard := stream.next()) == "heartbeat":
        pass
    assert heard == "end"


def test_listener_that_falls_behind_is_let_go(world, house, hub, listen, monkeypatch):
    def touch_all(session):
        for room in (house.story_corner, house.sandbox, house.carpet):
            rooms.touch(session, room.key)

    monkeypatch.setattr("hub.events.BACKLOG", 1)
    stream = listen(hub.headers(house.nadia))
    world.write(touch_all)
    assert stream.next()[0] == "room"
    assert stream.next() == "end"
