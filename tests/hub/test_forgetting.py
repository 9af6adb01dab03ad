"""A person who is erased is nowhere in what is stored, and no number is another one for it."""

from datetime import timedelta

import pytest

from hub.app import METADATA
from hub.bookings import service as bookings
from hub.db import archive
from hub.retention import forget_once
from tests.hub.rest import slug

TITLE, COMPLAINT = "Nadia leaves us", "Nadia says it smells"
REPORTS = ("kpis", "utilization", "ghosting", "capacity", "heatmap", "peak")
RANGE = {"from": "2026-11-01", "to": "2026-12-31"}


def stored(url, path, now):
    """All that the database holds, in words."""
    archive.back_up(url, METADATA, path, now)
    return path.read_text()


@pytest.fixture
def nadia(rest):
    """She has booked, reported, asked for a calendar, and been changed by an admin."""
    room, who = rest.house.story_corner.id, rest.house.nadia
    for hour in ("09", "12"):
        times = {"startsAt": f"2026-11-23T{hour}:00:00Z", "endsAt": f"2026-11-23T{hour}:30:00Z"}
        wish = {"roomId": room, "title": TITLE, **times}
        answer = rest.post("/bookings", json=wish, headers={"Idempotency-Key": f"nadia-{hour}"})
        assert answer.status_code == 201
    for hour in ("15", "16"):
        times = {"startsAt": f"2026-11-23T{hour}:00:00Z", "endsAt": f"2026-11-23T{hour}:30:00Z"}
        wish = {"roomId": room, "title": TITLE, "organizerId": who.id, **times}
        assert rest.post("/bookings", json=wish, who="lena").status_code == 201
    report = rest.post(f"/rooms/{room}/issues", json={"category": "air", "text": COMPLAINT})
    assert report.status_code == 201
    assert rest.patch(f"/users/{who.id}", json={"name": "Nadia K."}, who="ada").status_code == 200
    rest.clock.pass_time(hours=3)
    return who


def numbers(rest):
    """Every report, without whom it names."""
    told = [rest.get(f"/analytics/{name}", params=RANGE, who="ada") for name in REPORTS]
    assert {answer.status_code for answer in told} == {200}
    return [answer.text.replace("Nadia K.", "Somebody") for answer in told]


def test_erased_person_is_nowhere_and_every_number_stays(rest, nadia, tmp_path):
    url, backup = rest.client.app.state.hub.settings.database, tmp_path / "all.jsonl"
    for word in ("Nadia", "nadia@example.org", TITLE, COMPLAINT):
        assert word in stored(url, backup, rest.clock.now())
    before, state = numbers(rest), rest.get(f"/rooms/{rest.house.story_corner.id}").json()["revision"]

    answer = rest.post(f"/users/{nadia.id}/erasure", who="ada")
    assert answer.status_code == 200
    assert answer.json() | {"name": "Somebody", "erased": True, "active": False} == answer.json()

    everything = stored(url, backup, rest.clock.now()).lower()
    assert not [word for word in ("nadia", "kovacs", TITLE.lower(), COMPLAINT.lower()) if word in everything]
    assert numbers(rest) == before
    assert rest.get("/auth/me").status_code == 401
    assert rest.get(f"/rooms/{rest.house.story_corner.id}", who="ada").json()["revision"] > state
    (entry,) = rest.get("/audit", params={"action": "user.forget"}, who="ada").json()["items"]
    assert (entry["subjectId"], entry["actor"]["name"]) == (nadia.id, "Ada Osei")


def test_erased_person_stays_erased(rest, nadia):
    for _ in range(2):
        assert rest.post(f"/users/{nadia.id}/erasure", who="ada").status_code == 200
    back = rest.patch(f"/users/{nadia.id}", json={"active": True}, who="ada")
    assert slug(back) == (409, "user-erased")
    assert slug(rest.post(f"/users/{nadia.id}/invitation", who="ada")) == (409, "user-erased")
    anew = {"email": "nadia@example.org", "name": "Nadia", "role": "member"}
    assert rest.post("/users", json=anew, who="ada").status_code == 201


def test_last_admin_is_not_erased(rest):
    assert slug(rest.post(f"/users/{rest.house.ada.id}/erasure", who="ada")) == (409, "last-admin")
    assert rest.get("/auth/me", who="ada").json()["name"] == "Ada Osei"


def test_people_are_taken_out_of_old_bookings_alone(world, house, tmp_path):
    old = world.book((9, 0), (10, 0), title="Old secret")
    world.at(9)
    world.check_in(old, by=house.nadia, at=world.time(9))
    world.at(11)
    world.write(bookings.settle_due, world.clock.now())
    world.clock.pass_time(days=70)
    start = world.clock.now() + timedelta(hours=1)
    wish = bookings.NewBooking(
        room_id=house.story_corner.id, title="New secret", starts_at=start, ends_at=start + timedelta(hours=1)
    )
    new = world.write(bookings.book_room, house.nadia, wish, world.clock.now(), "web")
    world.run(forget_once(world.database, world.clock, 3))
    assert world.now(old).organizer is not None
    world.run(forget_once(world.database, world.clock, 2))
    gone = world.now(old)
    assert (gone.title, gone.organizer, gone.booked_by) == ("Meeting", None, None)
    assert (gone.status, gone.starts_at, gone.ends_at) == ("completed", old.starts_at, old.ends_at)
    assert world.now(new) == new
    told = stored(world.url, tmp_path / "all.jsonl", world.clock.now())
    assert "Old secret" not in told
    assert "booking.forget" in told
