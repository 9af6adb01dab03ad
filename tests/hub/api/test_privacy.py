"""A private booking is its organizer's and the admins' to read: nobody else finds it in any answer."""

from __future__ import annotations

import shutil
from functools import cached_property

import pytest

from hub.clock import unix
from hub.panel import commands
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.api.subjects import DAY, DRAWING, Subjects
from tests.hub.api.test_rights import QUERIES, ROWS
from tests.hub.rest import Rest, running_hub

SECRET = "Takeover of Acme"


class OneRoom(Subjects):
    """Whatever is asked about is the room of the private booking, or that booking."""

    def __init__(self, rest: Rest) -> None:
        super().__init__(rest)
        self.one = super().room()
        self.private = self.booked("08:00", "09:00", room=self.one, title=SECRET, private=True)
        shape = {"kind": "rectangle", "x": 1, "y": 1, "width": 50, "height": 50}
        plan = {"width": 100, "height": 100, "rooms": [{"roomId": self.one, "shape": shape}]}
        floor = f"/floors/{self.planned()}/plan"
        assert rest("PUT", floor, json=plan, who="ada").status_code == 200
        assert rest("PUT", f"{floor}/background.svg", content=DRAWING, who="ada").status_code == 200

    def room(self, **policy):
        return super().room(**policy) if policy or not hasattr(self, "one") else self.one

    def booked(self, *times, **more):
        return super().booked(*times, **more) if times else self.private

    @cached_property
    def calendar(self):
        return super().connection()

    def connection(self):
        return self.calendar

    def planned(self):
        return self.house.building.floors[0].id


@pytest.fixture(scope="module")
def site(tmp_path_factory, empty_database):
    folder = tmp_path_factory.mktemp("privacy")
    shutil.copy(empty_database, folder / "circletime.db")
    with running_hub(Settings(data_dir=folder, broker_url="none"), FakeClock()) as client:
        yield OneRoom(Rest(client, client.app.state.hub.clock))


READ = [(path, expected) for method, path, expected in ROWS if method == "GET"]


@pytest.mark.parametrize(("path", "expected"), READ, ids=[path for path, _ in READ])
def test_no_list_record_state_plan_or_feed_tells_it(site, path, expected):
    for who, account in (("tomas", site.house.tomas), ("lena", site.house.lena)):
        if expected[who] != 200:
            continue
        answer = site.rest.get(
            site.filled(path, account), who=who, params=site.filled(QUERIES.get(f"GET {path}"), account)
        )
        assert answer.status_code == 200
        assert SECRET not in answer.text, who


def test_no_room_feed_tells_it(site):
    address = site.rest.post(f"/rooms/{site.one}/calendar-address", who="lena").json()["url"]
    feed = site.rest.client.get(address[address.index("/api/") :]).text
    assert "BEGIN:VEVENT" in feed
    assert SECRET not in feed.replace("\r\n ", "")
    assert "nadia" not in feed.lower()


def test_the_room_says_that_it_is_taken_and_not_by_whom(site):
    (shown,) = site.rest.get(f"/rooms/{site.one}/bookings", params={"date": DAY}, who="tomas").json()["items"]
    assert (shown["title"], shown["organizer"], shown["bookedBy"], shown["private"]) == (
        None,
        None,
        None,
        True,
    )
    building = site.rest.get(f"/rooms/{site.one}", who="tomas").json()["buildingId"]
    day = site.rest.get(f"/buildings/{building}/day", params={"date": DAY}, who="tomas")
    assert SECRET not in day.text
    (room,) = [each for each in day.json()["items"] if each["roomId"] == site.one]
    assert room["bookings"] == [shown]
    state = site.rest.get(f"/rooms/{site.one}/state", who="tomas").json()
    assert room["state"] == state
    assert (state["status"], state["current"]["title"], state["current"]["organizer"]) == (
        "occupied",
        None,
        None,
    )


@pytest.mark.parametrize("who", ["nadia", "ada"])
def test_organizer_and_admins_read_it(site, who):
    found = site.rest.get(f"/bookings/{site.private}", who=who).json()
    assert (found["title"], found["organizer"]["name"]) == (SECRET, "Nadia Kovacs")


@pytest.mark.parametrize("who", ["tomas", "lena"])
def test_no_refusal_tells_it(site, who):
    wish = {
        "roomId": site.one,
        "title": "Mine",
        "startsAt": f"{DAY}T08:30:00Z",
        "endsAt": f"{DAY}T09:30:00Z",
    }
    own = site.rest.post("/bookings", json=wish | {"startsAt": f"{DAY}T09:00:00Z"}, who=who).json()["id"]
    series = {"rrule": "FREQ=DAILY;COUNT=2"}
    refusals = [
        site.rest.post("/bookings", json=wish, who=who),
        site.rest.post("/bookings", json=wish | {"recurrence": series}, who=who),
        site.rest.patch(f"/bookings/{own}", json={"startsAt": wish["startsAt"]}, who=who),
    ]
    for answer in refusals:
        assert answer.status_code == 409
        assert answer.json()["conflicts"][0]["title"] is None
        assert SECRET not in answer.text
        assert "Nadia" not in answer.text
    denied = site.rest.patch(f"/bookings/{site.private}", json={"title": "X"}, who="tomas")
    assert (denied.status_code, SECRET in denied.text, "Nadia" in denied.text) == (403, False, False)
    site.rest.post(f"/bookings/{own}/cancel", who=who)


def test_no_answer_to_a_panel_tells_it(site):
    now = site.rest.clock.now()
    panel = site.rest.post("/panels", json={"roomId": site.one}, who="ada").json()["id"]
    command = {"id": "c1", "action": "book", "roomId": site.one, "atUnix": unix(now), "minutes": 30}
    ack = site.rest.write(lambda session: commands.apply(session, panel, command, now, None))
    assert ack["problem"] == "room-already-booked"
    assert SECRET not in str(ack)
    assert "Nadia" not in str(ack)
