"""Connecting rooms over REST: the whole hub and a real CalDAV server, and no secret told to anybody."""

from __future__ import annotations

import logging
import shutil
import time

import pytest

from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.calendars.desks import DavDesk, event
from tests.hub.rest import Rest, running_hub, slug
from tests.radicale_server import LOGIN, RadicaleServer

PATIENCE_S = 30


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    server = RadicaleServer(tmp_path_factory.mktemp("radicale"))
    yield DavDesk(server)
    server.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def rest(folder, empty_database):
    shutil.copy(empty_database, folder / "circletime.db")
    settings = Settings(data_dir=folder, broker_url="none", inside_hosts=("127.0.0.1",))
    clock = FakeClock()
    with running_hub(settings, clock) as client:
        yield Rest(client, clock)


def connect(rest, desk, room, **more):
    body = {
        "roomId": room.id,
        "kind": "caldav",
        "url": desk.url,
        "username": LOGIN[0],
        "password": LOGIN[1],
    } | more
    answer = rest.post("/connections", json=body, who="lena")
    assert answer.status_code == 201, answer.text
    return answer.json()


def until(look):
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def test_room_follows_its_calendar_and_no_secret_is_told(rest, desk, folder, caplog):
    caplog.set_level(logging.DEBUG)
    room = rest.house.story_corner
    desk.put("a", *event("a@x", ":20261123T100000Z", ":20261123T110000Z", "From the calendar"))
    made = connect(rest, desk, room)
    assert (made["host"], made["leads"], made["syncedAt"]) == ("127.0.0.1", "calendar", None)
    path = f"/connections/{made['id']}"
    assert rest.post(f"{path}/test", who="lena").status_code == 200
    (booked,) = until(lambda: rest.get(f"/rooms/{room.id}/bookings?date=2026-11-23").json()["items"])
    assert booked["title"] == "From the calendar"
    wish = {
        "roomId": room.id,
        "title": "From the web",
        "startsAt": "2026-11-23T12:00:00Z",
        "endsAt": "2026-11-23T13:00:00Z",
    }
    assert rest.post("/bookings", json=wish).status_code == 201
    until(lambda: {"From the web"} <= {str(one["SUMMARY"]) for one in desk.events()})
    desk.put("b", *event("b@x", ":20261123T123000Z", ":20261123T133000Z", "In the way"))
    rest.post(f"{path}/sync", who="lena")
    until(lambda: rest.get(path, who="lena").json()["clashes"] == 1)
    (clash,) = rest.get(f"{path}/clashes", who="lena").json()["items"]
    assert (clash["kind"], clash["title"], clash["clearedAt"]) == ("overlap", "In the way", None)
    audit = rest.get("/audit", who="ada").text
    assert rest.delete(path, who="lena").status_code == 204
    kept = b"".join(one.read_bytes() for one in folder.glob("circletime.db*"))
    for secret in (LOGIN[1], desk.url):
        assert secret not in caplog.text + audit
        assert secret.encode() not in kept


def test_wrong_password_is_told_when_it_is_tested_and_mended_by_saying_it_again(rest, desk):
    made = connect(rest, desk, rest.house.sandbox, password="wrong", leads="hub")
    path = f"/connections/{made['id']}"
    assert slug(rest.post(f"{path}/test", who="lena")) == (503, "calendar-login-refused")
    until(lambda: rest.get(path, who="lena").json()["problem"] == "calendar-login-refused")
    assert rest.patch(path, json={"password": LOGIN[1]}, who="lena").status_code == 200
    until(lambda: rest.get(path, who="lena").json()["syncedAt"])
    assert rest.get(path, who="lena").json()["problem"] is None
    rest.delete(path, who="lena")
