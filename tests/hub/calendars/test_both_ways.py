"""A room and its calendar: what each changes the other has, and who wins where both did."""

import pytest

from hub.calendars.port import Seen
from tests.hub.calendars.memory_calendar import MemoryCalendar


def event(server, remote_id, one, **more):
    server.put(remote_id, [Seen(one, **more)])


def there(server):
    return sorted(
        (seen.meeting.starts_at, seen.meeting) for item in server.there.values() for seen in item.meetings
    )


def says(server):
    return [one for _, one in there(server)]


def test_meeting_of_the_calendar_is_booked_and_released_like_any_other(connected, server, at, world):
    office = connected()
    server.put("a", [Seen(at(10, 11), organizer_email="nadia@example.org")])
    assert office.sync() is None
    (made,) = office.bookings()
    assert (made.title, made.organizer.name, made.created_via) == ("Roadmap", "Nadia Kovacs", "calendar")
    world.at(10, 15, 1)
    assert office.booking(made.id).status == "no_show"
    office.sync()
    assert says(server) == []


def test_booking_goes_into_the_calendar_once(connected, server, at, world):
    office = connected()
    made = world.book((10, 0), (11, 0))
    office.sync()
    office.sync()
    assert [item.origin for item in server.there.values()] == [made.id]
    assert says(server) == [at(10, 11)]


def test_moves_titles_and_cancellations_go_both_ways(connected, server, at, world):
    office = connected()
    event(server, "a", at(10, 11))
    made = world.book((12, 0), (13, 0), title="Retro")
    office.sync()
    event(server, "a", at(14, 15, "Roadmap II"))
    world.cancel(made)
    office.sync()
    assert office.said() == says(server) == [at(14, 15, "Roadmap II")]
    server.drop("a")
    office.sync()
    assert office.said() == says(server) == []


def test_early_end_shortens_the_event(connected, server, at, world):
    office = connected()
    event(server, "a", at(10, 11))
    office.sync()
    world.at(10, 5)
    (made,) = office.bookings()
    world.check_in(made)
    world.at(10, 30)
    world.end(made)
    office.sync()
    assert says(server) == [at(10, 10.5)]


def test_check_in_that_comes_late_brings_the_event_back(connected, server, at, world):
    office = connected()
    event(server, "a", at(10, 11))
    office.sync()
    (made,) = office.bookings()
    world.at(10, 20)
    office.sync()
    assert says(server) == []
    world.check_in(made, at=world.time(10, 10))
    office.sync()
    office.sync()
    assert office.said() == says(server) == [at(10, 11)]
    assert len(server.there) == 1


@pytest.mark.parametrize("leads", ["hub", "calendar"])
def test_what_both_changed_is_as_the_leader_says_and_told(connected, server, at, world, leads):
    office = connected(leads)
    event(server, "a", at(10, 11))
    office.sync()
    event(server, "a", at(10, 11, "Theirs"))
    (made,) = office.bookings()
    from hub.bookings import service

    changes = service.BookingChanges(title="Ours")
    world.write(service.change_booking, made.id, changes, by=world.house.lena, now=world.clock.now())
    office.sync()
    title = {"hub": "Ours", "calendar": "Theirs"}[leads]
    assert office.said() == says(server) == [at(10, 11, title)]
    assert [one.kind for one in office.clashes(standing=False)] == ["both_changed"]
    assert office.clashes() == []


def test_where_the_hub_leads_a_booking_stands_and_the_clash_is_told_until_it_is_over(
    connected, server, at, world
):
    office = connected("hub")
    made = world.book((10, 0), (11, 0), title="Ours")
    event(server, "a", at(10.5, 12, "Theirs"))
    office.sync()
    assert office.said() == [at(10, 11, "Ours")]
    (clash,) = office.clashes()
    assert (clash.kind, clash.title, clash.detail) == ("overlap", "Theirs", "The room is taken by Ours.")
    office.sync()
    assert len(office.clashes(standing=False)) == 1
    world.cancel(made)
    office.sync()
    assert office.said() == says(server) == [at(10.5, 12, "Theirs")]
    assert office.clashes() == []


def test_where_the_calendar_leads_what_it_has_not_heard_of_gives_way(connected, server, at, world):
    office = connected("calendar")
    made = world.book((10, 0), (11, 0), title="Ours")
    event(server, "a", at(10.5, 12, "Theirs"))
    office.sync()
    assert office.booking(made.id).status == "cancelled"
    assert office.said() == says(server) == [at(10.5, 12, "Theirs")]
    assert [(one.kind, one.booking_id) for one in office.clashes(standing=False)] == [("displaced", made.id)]


def test_what_has_begun_gives_way_to_nothing(connected, server, at, world):
    office = connected("calendar")
    made = world.book((10, 0), (11, 0), title="Ours")
    world.at(10, 1)
    world.check_in(made)
    event(server, "a", at(10.5, 12, "Theirs"))
    office.sync()
    assert office.said() == [at(10, 11, "Ours")]
    assert [one.kind for one in office.clashes()] == ["overlap"]


def test_meeting_that_was_here_already_is_not_booked_twice(connected, server, at, world):
    office = connected()
    made = world.book((10, 0), (11, 0))
    event(server, "a", at(10, 11))
    office.sync()
    assert [one.id for one in office.bookings()] == [made.id]
    assert says(server) == [at(10, 11)]


def test_two_meetings_change_places(connected, server, at):
    office = connected()
    event(server, "a", at(10, 11, "A"))
    event(server, "b", at(11, 12, "B"))
    office.sync()
    event(server, "a", at(11, 12, "A"))
    event(server, "b", at(10, 11, "B"))
    office.sync()
    assert office.said() == [at(10, 11, "B"), at(11, 12, "A")]
    assert office.clashes() == []


def test_one_meeting_of_a_series_is_released_alone(connected, server, at, world):
    office = connected()
    server.put("s", [Seen(at(10, 11), "20261123T100000Z"), Seen(at(12, 13), "20261123T120000Z")])
    office.sync()
    world.cancel(office.bookings()[0], by=world.house.lena)
    office.sync()
    assert office.said() == says(server) == [at(12, 13)]


def test_of_a_private_meeting_only_its_time_crosses(connected, server, at, world):
    office = connected()
    world.book((10, 0), (11, 0), title="Salary", private=True)
    office.sync()
    assert says(server) == [at(10, 11, private=True)]
    assert "Salary" not in repr(server.items)


def test_booking_moved_to_another_room_leaves_the_calendar(connected, server, at, world):
    office = connected()
    made = world.book((10, 0), (11, 0))
    office.sync()
    from hub.bookings import service

    changes = service.BookingChanges(room_id=world.house.sandbox.id)
    world.write(service.change_booking, made.id, changes, by=world.house.nadia, now=world.clock.now())
    office.sync()
    assert says(server) == []
    assert office.booking(made.id).status == "confirmed"


def test_deleted_while_it_goes_on_it_is_over(connected, server, at, world):
    office = connected()
    event(server, "a", at(10, 11))
    office.sync()
    (made,) = office.bookings()
    world.at(10, 10)
    world.check_in(made)
    server.drop("a")
    office.sync()
    assert (office.booking(made.id).status, office.booking(made.id).ended_at) == (
        "completed",
        world.time(10, 10),
    )
    assert says(server) == []


def test_calendar_that_does_not_answer_is_left_alone_longer_each_time(connected, server, world):
    office = connected()
    server.weather.away = True
    assert office.sync() == "calendar-unreachable"
    waits = []
    for _ in range(3):
        waits.append((office.state().next_at - world.clock.now()).total_seconds())
        world.clock.at = office.state().next_at
        from hub.calendars.sync import sync_next
        from tests.hub.calendars.office import Behind

        office.run(sync_next(Behind(world), world.clock, lambda *_: office._open()))
    assert waits == [60, 120, 240]
    server.weather.away = False
    assert office.sync() is None


def test_nothing_new_is_nothing_written(connected, server, at, world):
    office = connected()
    event(server, "a", at(10, 11))
    world.book((12, 0), (13, 0))
    office.sync()
    before = world.room().revision, len(server.history)
    office.sync()
    office.sync()
    assert (world.room().revision, len(server.history)) == before


def test_change_in_the_room_is_told_without_waiting_for_the_next_poll(connected, world):
    from hub.calendars import connections

    office = connected()
    office.sync()
    assert not world.read(connections.is_any_due, world.clock.now())
    world.book((10, 0), (11, 0))
    assert world.read(connections.is_any_due, world.clock.now())


def test_what_is_over_stays_as_it_is(connected, server, at, world):
    office = connected()
    event(server, "a", at(8.5, 9))
    office.sync()
    world.at(9, 30)
    event(server, "old", at(8, 9.25, "Old"))
    server.drop("a")
    office.sync()
    assert (office.said(), says(server)) == ([], [at(8, 9.25, "Old")])


def test_wish_to_compare_now_is_kept_while_it_compares(connected, server, world, monkeypatch):
    from hub.calendars import connections

    office = connected()
    office.sync()
    listing = MemoryCalendar.changes

    async def asked_meanwhile(calendar, *args):
        world.write(connections.ask_soon, office.connection.id, world.clock.now())
        return await listing(calendar, *args)

    monkeypatch.setattr(MemoryCalendar, "changes", asked_meanwhile)
    office.sync()
    assert world.read(connections.is_any_due, world.clock.now())


def test_calendar_at_a_new_address_finds_what_is_booked_already(connected, server, at, world):
    from hub.calendars import connections

    office = connected()
    event(server, "a", at(10, 11))
    world.book((12, 0), (13, 0), title="Retro")
    office.sync()
    before = [one.id for one in office.bookings()]
    moved = {f"new-{key}": item for key, item in server.there.items()}
    server.items.clear()
    for key, item in moved.items():
        server.put(key, item.meetings, item.origin)
    change = connections.change_credentials
    world.write(change, office.connection.id, "new.example", b"", world.clock.now(), elsewhere=True)
    office.sync()
    assert [one.id for one in office.bookings()] == before
    assert len(server.there) == 2
