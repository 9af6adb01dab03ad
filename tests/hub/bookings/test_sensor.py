"""The lines for a sensor in docs/bookings.md do what they are said to, at a hub."""

import re
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

PAGE = Path(__file__).parents[3] / "docs/bookings.md"
(LINES,) = re.findall(r"```python\n(import httpx  # room.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture
def sensor(rest, monkeypatch):
    """Runs the lines as that room's sensor; their `httpx.Client` calls this hub."""
    token = rest.post("/tokens", who="lena", json={"name": "Sensor", "scope": "write"}).json()["token"]

    def client(base_url, headers):
        path = httpx.URL(base_url).path
        return SimpleNamespace(
            get=lambda where: rest.client.get(path + where, headers=headers),
            post=lambda where, **body: rest.client.post(path + where, headers=headers, **body),
        )

    monkeypatch.setattr(httpx, "Client", client)
    return lambda room, people: exec(LINES, {"room": room.id, "token": token, "people": people})


def booked(rest, room):
    when = {"startsAt": "2026-11-23T08:00:00Z", "endsAt": "2026-11-23T09:00:00Z"}
    return rest.post("/bookings", json={"roomId": room.id, "title": "Roadmap", **when}).json()["id"]


def test_who_is_seen_has_come_and_is_counted(rest, sensor):
    meeting = booked(rest, rest.house.story_corner)
    sensor(rest.house.story_corner, people=3)
    sensor(rest.house.story_corner, people=4)
    found = rest.get(f"/bookings/{meeting}").json()
    assert (found["status"], found["actualAttendees"], found["attendanceSource"]) == (
        "checked_in",
        4,
        "sensor",
    )


def test_an_empty_room_is_left_to_be_released(rest, sensor):
    meeting = booked(rest, rest.house.story_corner)
    sensor(rest.house.story_corner, people=0)
    assert rest.get(f"/bookings/{meeting}").json()["status"] == "confirmed"
