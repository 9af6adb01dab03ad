"""What can be booked, and what is said where it can't."""

from datetime import timedelta

import pytest

from hub.bookings import service
from hub.bookings.service import NewBooking
from hub.errors import NotFound
from hub.rooms import service as rooms
from hub.rooms.service import RoomChanges
from tests.hub.bookings.refused import refusal


def test_booking_is_confirmed_and_has_its_check_in_deadline(world, house):
    made = world.book((9, 0), (10, 0), attendees=3)
    assert (made.status, made.room_id, made.organizer) == ("confirmed", house.story_corner.id, house.nadia)
    assert made.check_in_by == world.time(9, 15)
    assert (made.revision, made.attendees, made.private) == (1, 3, False)


def test_booking_that_touches_another_is_allowed(world):
    world.book((9, 0), (10, 0))
    assert world.book((10, 0), (11, 0)).status == "confirmed"
    assert world.book((8, 30), (9, 0)).status == "confirmed"


@pytest.mark.parametrize(
    ("start", "end"),
    [((9, 0), (10, 0)), ((8, 30), (9, 30)), ((9, 30), (10, 30)), ((9, 15), (9, 45)), ((8, 0), (11, 0))],
)
def test_booking_that_overlaps_another_is_refused(world, start, end):
    world.book((9, 0), (10, 0))
    said = refusal(world.book, start, end)
    assert (said.slug, said.status) == ("room-already-booked", 409)


def test_overlap_is_seen_past_other_bookings_of_the_day(world):
    world.book((9, 0), (12, 0))
    world.book((12, 0), (12, 30))
    assert refusal(world.book, (11, 45), (12, 45)).slug == "room-already-booked"
    assert refusal(world.book, (8, 30), (13, 0)).slug == "room-already-booked"


def test_meeting_across_midnight_blocks_the_morning_after(world):
    world.book((22, 0), (23, 45))
    late = NewBooking(
        room_id=world.house.story_corner.id,
        title="Night shift",
        starts_at=world.time(23, 45),
        ends_at=world.time(23, 45) + timedelta(hours=4),
    )
    world.write(service.book_room, world.house.nadia, late, world.clock.now(), "web")
    early = NewBooking(
        room_id=world.house.story_corner.id,
        title="Early birds",
        starts_at=world.time(0) + timedelta(days=1, hours=3),
        ends_at=world.time(0) + timedelta(days=1, hours=5),
    )
    said = refusal(world.write, service.book_room, world.house.nadia, early, world.clock.now(), "web")
    assert said.slug == "room-already-booked"


def test_other_rooms_do_not_matter(world, house):
    world.book((9, 0), (10, 0))
    assert world.book((9, 0), (10, 0), room=house.sandbox).status == "confirmed"


def test_refusal_names_what_is_in_the_way_and_what_could_be_had(world, house):
    world.book((9, 0), (10, 0), title="Standup")
    world.book((9, 0), (12, 0), room=house.sandbox)
    said = refusal(world.book, (9, 30), (10, 30), attendees=3)
    assert said.extra["conflicts"] == [
        {"startsAt": world.time(9), "endsAt": world.time(10), "title": "Standup"}
    ]
    assert said.extra["alternatives"] == [
        {
            "roomId": house.story_corner.id,
            "roomName": "Story Corner",
            "startsAt": world.time(8),
            "endsAt": world.time(9),
        },
        {
            "roomId": house.story_corner.id,
            "roomName": "Story Corner",
            "startsAt": world.time(10),
            "endsAt": world.time(11),
        },
        {
            "roomId": house.carpet.id,
            "roomName": "The Carpet",
            "startsAt": world.time(9, 30),
            "endsAt": world.time(10, 30),
        },
    ]


def test_alternatives_are_large_enough_and_the_smallest_comes_first(world, house):
    world.book((9, 0), (10, 0))
    others = refusal(world.book, (9, 0), (10, 0)).extra["alternatives"]
    assert [one["roomName"] for one in others if one["roomId"] != house.story_corner.id] == [
        "Sandbox",
        "The Carpet",
    ]
    world.book((9, 0), (10, 0), room=house.sandbox)
    for_six = refusal(world.book, (9, 0), (10, 0), room=house.sandbox, attendees=6).extra["alternatives"]
    assert [one["roomName"] for one in for_six if one["roomId"] != house.sandbox.id] == ["The Carpet"]


def test_every_alternative_can_be_booked(world, house):
    world.set_policy(buffer_minutes=10)
    world.book((9, 0), (10, 0))
    world.book((10, 30), (11, 0))
    for offer in refusal(world.book, (9, 30), (10, 30)).extra["alternatives"]:
        wish = NewBooking(
            room_id=offer["roomId"], title="Plan B", starts_at=offer["startsAt"], ends_at=offer["endsAt"]
        )
        made = world.write(service.book_room, house.nadia, wish, world.clock.now(), "web")
        world.cancel(made)


def test_no_alternative_has_begun_already(world):
    world.at(8, 50)
    world.book((9, 0), (10, 0))
    offers = refusal(world.book, (9, 0), (10, 0)).extra["alternatives"]
    assert [offer["startsAt"] for offer in offers if offer["roomName"] == "Story Corner"] == [world.time(10)]


def test_titles_in_the_way_are_told_only_to_who_may_see_them(world, house):
    world.book((9, 0), (10, 0), title="Salaries", private=True)

    def told(who):
        return refusal(world.book, (9, 0), (10, 0), who=who).extra["conflicts"][0]["title"]

    assert told(house.tomas) is None
    assert told(house.lena) is None
    assert told(house.nadia) == "Salaries"
    assert told(house.ada) == "Salaries"


@pytest.mark.parametrize(
    ("start", "end", "slug"),
    [
        ((9, 0), (9, 0), "end-before-start"),
        ((10, 0), (9, 0), "end-before-start"),
        ((9, 0), (9, 14), "too-short"),
        ((9, 0), (17, 1), "too-long"),
        ((7, 44), (9, 0), "in-the-past"),
        ((7, 45), (8, 0), "in-the-past"),
    ],
)
def test_times_that_break_a_rule_are_refused(world, start, end, slug):
    said = refusal(world.book, start, end)
    assert (said.slug, said.status) == (slug, 422)


@pytest.mark.parametrize(
    ("start", "end"), [((9, 0), (9, 15)), ((9, 0), (17, 0)), ((7, 45), (8, 1)), ((3, 0), (4, 0))]
)
def test_limits_themselves_are_allowed(world, start, end):
    if start == (3, 0):
        world.at(3)  # opening hours never refuse a booking
    assert world.book(start, end).status == "confirmed"


def test_horizon_ends_180_days_ahead_to_the_second(world):
    def wish(extra):
        starts_at = world.clock.now() + timedelta(days=180) + extra
        return NewBooking(
            room_id=world.house.story_corner.id,
            title="Summer",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )

    said = refusal(
        world.write,
        service.book_room,
        world.house.nadia,
        wish(timedelta(seconds=1)),
        world.clock.now(),
        "web",
    )
    assert said.slug == "beyond-horizon"
    made = world.write(service.book_room, world.house.nadia, wish(timedelta()), world.clock.now(), "web")
    assert made.status == "confirmed"


def test_more_people_than_seats_are_refused(world):
    said = refusal(world.book, (9, 0), (10, 0), attendees=5)
    assert (said.slug, said.extra) == ("over-capacity", {"capacity": 4})


def test_title_is_kept_as_written(world):
    assert world.book((9, 0), (10, 0), title="  Ключ 🔑 \t").title == "  Ключ 🔑 \t"
    assert refusal(world.book, (11, 0), (12, 0), title="").slug == "bad-title"
    assert refusal(world.book, (11, 0), (12, 0), title="x" * 256).slug == "bad-title"


def test_room_that_is_out_of_service_or_gone_is_refused(world, house):
    world.write(
        rooms.change_room, house.story_corner.id, RoomChanges(out_of_service="Wet paint"), world.clock.now()
    )
    said = refusal(world.book, (9, 0), (10, 0))
    assert (said.slug, said.detail) == ("room-out-of-service", "Wet paint")
    world.write(rooms.remove_room, house.story_corner.id, world.clock.now())
    assert isinstance(refusal(world.book, (9, 0), (10, 0)), NotFound)


def test_buffer_keeps_the_room_empty_after_a_booking(world):
    world.set_policy(buffer_minutes=10)
    world.book((9, 0), (10, 0))
    assert refusal(world.book, (10, 9), (11, 0)).slug == "room-already-booked"
    assert refusal(world.book, (8, 0), (8, 51)).slug == "room-already-booked"
    assert world.book((10, 10), (11, 0)).status == "confirmed"
    assert world.book((8, 0), (8, 50)).status == "confirmed"


def test_buffer_holds_after_the_meeting_is_over(world):
    world.set_policy(buffer_minutes=20)
    meeting = world.book((9, 0), (10, 0))
    world.at(9)
    world.check_in(meeting)
    world.at(10, 5)
    assert world.now(meeting).status == "completed"
    assert refusal(world.book, (10, 6), (10, 40)).slug == "room-already-booked"
    assert world.book((10, 20), (10, 40)).status == "confirmed"


def test_buffer_is_fixed_when_the_booking_is_made(world):
    world.book((9, 0), (10, 0))
    world.set_policy(buffer_minutes=30)
    assert world.book((10, 0), (10, 30)).status == "confirmed"
    assert refusal(world.book, (10, 45), (11, 15)).slug == "room-already-booked"


def test_slot_of_a_no_show_can_be_booked_before_anything_was_settled(world):
    world.book((9, 0), (10, 0))
    world.at(9, 15)
    assert refusal(world.book, (9, 15), (10, 0)).slug == "room-already-booked"
    world.at(9, 15, 1)
    assert world.book((9, 15), (10, 0)).status == "confirmed"


def test_member_waits_for_approval_where_the_room_wants_it(world, house):
    world.set_policy(requires_approval=True)
    asked = world.book((9, 0), (10, 0))
    assert asked.status == "pending"
    assert refusal(world.book, (9, 0), (10, 0), who=house.tomas).slug == "room-already-booked"
    assert world.book((11, 0), (12, 0), who=house.lena).status == "confirmed"
    assert refusal(world.book, (7, 50), (8, 30)).slug == "room-needs-approval"


def test_walk_up_is_born_checked_in_and_is_nobodys(world, house):
    made = world.write(service.book_walk_up, house.story_corner.id, 30, world.clock.now())
    assert (made.status, made.title, made.organizer) == ("checked_in", "Walk-up", None)
    assert (made.starts_at, made.ends_at) == (world.time(8), world.time(8, 30))
    assert made.checked_in_at == world.time(8)


def test_walk_up_takes_only_what_the_panel_offers(world, house):
    def walk_up(minutes):
        return refusal(world.write, service.book_walk_up, house.story_corner.id, minutes, world.clock.now())

    assert walk_up(20).slug == "not-a-quick-book-length"
    world.book((8, 20), (9, 0))
    assert walk_up(30).slug == "room-already-booked"
    world.set_policy(requires_approval=True)
    assert walk_up(15).slug == "room-needs-approval"


def test_no_room_is_offered_whose_own_rules_refuse(world, house):
    world.set_policy(house.sandbox, max_minutes=30)
    world.set_policy(house.carpet, requires_approval=True)
    world.book((9, 0), (10, 0))
    others = {one["roomName"] for one in refusal(world.book, (9, 0), (10, 0)).extra["alternatives"]}
    assert others == {"Story Corner", "The Carpet"}
    world.at(9, 5)
    others = {one["roomName"] for one in refusal(world.book, (9, 0), (10, 0)).extra["alternatives"]}
    assert others == {"Story Corner"}, "a request for a time that has begun is void"
