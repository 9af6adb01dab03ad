"""Who is mailed what: never about what they did themselves, unless they want that too."""

import pytest
from sqlalchemy import event

from hub.accounts import service as accounts
from hub.accounts.service import UserChanges
from hub.bookings import room_changes, service
from hub.bookings.service import BookingChanges
from hub.rooms.service import RoomChanges


def mails(some):
    return [(mail.to, mail.subject.partition(":")[0], mail.method) for mail in some]


@pytest.fixture
def boards(world, house):
    """The Carpet, whose bookings need approval."""
    world.set_policy(house.carpet, requires_approval=True)
    return house.carpet


def approve(world, one, who):
    return world.write(service.approve, one.id, by=who, now=world.clock.now())


def move(world, one, by, **changes):
    return world.write(
        service.change_booking, one.id, BookingChanges(**changes), by=by, now=world.clock.now()
    )


def test_nobody_is_mailed_about_what_they_do_themselves(world, post, house):
    one = world.book((10, 0), (11, 0))
    move(world, one, house.nadia, title="Retro")
    world.cancel(one, house.nadia)
    assert post.send() == []


def test_booking_for_oneself_asks_the_outbox_nothing(world, house):
    said = []
    engine = world.database._writers.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    world.book((10, 0), (11, 0))
    assert any("bookings" in one for one in said)
    assert not any("outgoing_mails" in one for one in said)


def test_who_wants_it_has_what_they_book_in_their_calendar(world, post, house):
    nadia = post.choose(house.nadia, own=True)
    one = world.book((10, 0), (11, 0), who=nadia)
    mail = post.send_one()
    assert mails([mail]) == [("nadia@example.org", "Booked", "REQUEST")]
    assert "You booked a room." in mail.text
    world.cancel(one, nadia)
    assert mails(post.send()) == [("nadia@example.org", "Cancelled", "CANCEL")]


def test_whom_something_is_booked_for_is_told_and_it_is_in_their_calendar(world, post, house):
    world.book((10, 0), (11, 0), who=house.lena, organizer_id=house.nadia.id)
    mail = post.send_one()
    assert mails([mail]) == [("nadia@example.org", "Booked", "REQUEST")]
    assert mail.subject == "Booked: Roadmap, 23 November 2026, 11:00"
    assert "Lena Brandt booked a room for you." in mail.text
    assert "Story Corner, HQ (floor 2)" in mail.text
    assert "Monday, 23 November 2026, 11:00 to 12:00 (Europe/Berlin, UTC+0100)" in mail.text
    assert f"https://rooms.example.org/rooms/{house.story_corner.id}" in mail.text
    event = mail.event
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (world.time(10), world.time(11))
    assert (event["SUMMARY"], event["LOCATION"], event["STATUS"]) == (
        "Roadmap",
        "Story Corner, HQ",
        "CONFIRMED",
    )
    assert event["ORGANIZER"] == "mailto:rooms@example.org"
    assert event["ATTENDEE"] == "mailto:nadia@example.org"


def test_change_says_what_was_and_moves_the_same_entry(world, post, house):
    one = world.book((10, 0), (11, 0), who=house.lena, organizer_id=house.nadia.id)
    first = post.send_one().event
    move(world, one, house.ada, starts_at=world.time(14), ends_at=world.time(15), room_id=house.sandbox.id)
    told = post.send()
    assert sorted(mails(told)) == [
        ("lena@example.org", "Changed", None),
        ("nadia@example.org", "Changed", "REQUEST"),
    ]
    (mail,) = [mail for mail in told if mail.to == "nadia@example.org"]
    assert "Ada Osei changed your booking." in mail.text
    assert mail.text.index("Sandbox") < mail.text.index("It was:") < mail.text.index("Story Corner")
    assert mail.event["UID"] == first["UID"]
    assert mail.event["SEQUENCE"] > first["SEQUENCE"]
    assert mail.event.decoded("DTSTART") == world.time(14)


def test_what_nobody_sees_is_no_news(world, post, house):
    one = world.book((10, 0), (11, 0))
    move(world, one, house.lena, attendees=3)
    assert post.send() == []


def test_approval_is_asked_of_managers_and_the_answer_told(world, post, house, boards):
    one = world.book((10, 0), (11, 0), room=boards)
    asked = post.send()
    assert sorted(mails(asked)) == [
        ("ada@example.org", "Please approve", None),
        ("lena@example.org", "Please approve", None),
    ]
    assert "Nadia Kovacs asks for a room whose bookings need approval." in asked[0].text
    approve(world, one, house.lena)
    told = post.send_one()
    assert mails([told]) == [("nadia@example.org", "Approved", "REQUEST")]
    assert told.event["STATUS"] == "CONFIRMED"


def test_declined_and_unanswered_requests_are_told(world, post, house, boards):
    first = world.book((10, 0), (11, 0), room=boards)
    world.book((12, 0), (13, 0), room=boards)
    post.send()
    world.write(service.decline, first.id, by=house.lena, now=world.clock.now())
    declined = post.send_one()
    assert mails([declined]) == [("nadia@example.org", "Declined", "CANCEL")]
    assert "Lena Brandt declined your booking." in declined.text
    world.at(12, 0)
    world.write(service.settle_due, world.clock.now())
    assert mails(post.send()) == [("nadia@example.org", "Not approved in time", "CANCEL")]


def test_request_answered_before_its_mail_went_out_asks_nobody(world, post, house, boards):
    one = world.book((10, 0), (11, 0), room=boards)
    approve(world, one, house.lena)
    assert mails(post.send()) == [("nadia@example.org", "Approved", "REQUEST")]


def test_manager_who_may_not_see_it_approves_without_title_and_name(world, post, house, boards):
    world.book((10, 0), (11, 0), room=boards, title="Severance", private=True)
    asked = {mail.to: mail for mail in post.send()}
    for_lena = str(asked["lena@example.org"].mail)
    assert "Severance" not in for_lena
    assert "Nadia" not in for_lena
    assert "Somebody asks for a room" in asked["lena@example.org"].text
    assert "Severance" in asked["ada@example.org"].subject, "admins see everything"


def test_organizers_own_mail_has_a_private_title(world, post, house):
    one = world.book((10, 0), (11, 0), title="Severance", private=True)
    world.cancel(one, house.lena)
    mail = post.send_one()
    assert mail.subject.startswith("Cancelled: Severance")
    assert (mail.event["SUMMARY"], mail.event["CLASS"]) == ("Severance", "PRIVATE")


def test_no_show_is_told_and_leaves_the_calendar(world, post):
    world.book((10, 0), (11, 0))
    world.at(10, 15, 1)
    world.write(service.settle_due, world.clock.now())
    mail = post.send_one()
    assert mails([mail]) == [("nadia@example.org", "Released", "CANCEL")]
    assert "Nobody checked in to your booking, so the room was released." in mail.text
    assert mail.event["STATUS"] == "CANCELLED"


def test_no_show_that_was_none_comes_back_with_a_higher_sequence(world, post):
    one = world.book((10, 0), (11, 0))
    world.at(10, 15, 1)
    world.write(service.settle_due, world.clock.now())
    released = post.send_one()
    world.at(10, 20)
    world.check_in(one, at=world.time(10, 5))
    kept = post.send_one()
    assert mails([kept]) == [("nadia@example.org", "Kept after all", "REQUEST")]
    assert kept.event["SEQUENCE"] > released.event["SEQUENCE"]


def test_no_show_undone_before_anybody_was_told_is_no_news(world, post):
    one = world.book((10, 0), (11, 0))
    world.at(10, 20)
    world.check_in(one, at=world.time(10, 5))
    assert post.send() == []


def test_no_show_of_long_ago_is_no_news(world, post):
    world.book((10, 0), (11, 0))
    world.clock.pass_time(days=3)
    world.write(service.settle_due, world.clock.now())
    assert post.send() == []


def test_changes_before_the_first_mail_went_out_are_one_mail(world, post, house):
    one = world.book((10, 0), (11, 0), who=house.lena, organizer_id=house.nadia.id)
    for hour in (12, 13, 14):
        move(world, one, house.lena, starts_at=world.time(hour), ends_at=world.time(hour + 1))
    mail = post.send_one()
    assert mail.subject.startswith("Booked: Roadmap, 23 November 2026, 15:00")


def test_booked_and_cancelled_before_anybody_was_told_is_no_news(world, post, house):
    one = world.book((10, 0), (11, 0), who=house.lena, organizer_id=house.nadia.id)
    world.cancel(one, house.lena)
    assert post.send() == []


def test_closed_room_is_told_once_with_what_is_free_instead(world, post, house):
    for hour in (10, 12):
        world.book((hour, 0), (hour + 1, 0))
    world.book((12, 0), (13, 0), room=house.sandbox, who=house.tomas)
    changes = RoomChanges(out_of_service="Wet paint")
    world.write(room_changes.change_room, house.story_corner.id, changes, world.clock.now(), house.lena)
    mail = post.send_one()
    assert (mail.to, mail.subject, mail.method) == (
        "nadia@example.org",
        "Out of service: Story Corner",
        None,
    )
    assert "Wet paint" in mail.text
    before_noon, after_noon = mail.text.split("13:00 to 14:00")
    assert "Sandbox" in before_noon
    assert "Sandbox" not in after_noon
    assert "The Carpet" in after_noon


def test_room_back_before_the_mail_went_out_was_never_closed(world, post, house):
    world.book((10, 0), (11, 0))
    for reason in ("Wet paint", None):
        changes = RoomChanges(out_of_service=reason)
        world.write(room_changes.change_room, house.story_corner.id, changes, world.clock.now(), house.lena)
    assert post.send() == []


def test_room_that_is_taken_away_takes_its_bookings_along(world, post, house):
    world.book((10, 0), (11, 0))
    world.write(room_changes.remove_room, house.story_corner.id, world.clock.now(), house.lena)
    mail = post.send_one()
    assert mails([mail]) == [("nadia@example.org", "Cancelled", "CANCEL")]
    assert "The room is not there any more." in mail.text


def test_unwanted_kinds_are_not_sent_also_when_they_wait_already(world, post, house):
    one = world.book((10, 0), (11, 0))
    other = world.book((12, 0), (13, 0))
    world.cancel(one, house.lena)
    post.choose(house.nadia, cancelled=False)
    world.cancel(other, house.lena)
    assert post.send() == []


def test_who_has_left_gets_nothing(world, post, house):
    one = world.book((10, 0), (11, 0))
    world.cancel(one, house.lena)
    gone = UserChanges(active=False)
    world.write(accounts.change_user, house.nadia.id, gone, by=house.ada, now=world.clock.now())
    assert post.send() == []


def test_mail_goes_where_its_reader_is_now(world, post, house):
    world.cancel(world.book((10, 0), (11, 0)), house.lena)
    moved = UserChanges(email="kovacs@example.org")
    world.write(accounts.change_user, house.nadia.id, moved, by=house.ada, now=world.clock.now())
    assert post.send_one().to == "kovacs@example.org"


@pytest.mark.parametrize(
    "title",
    [
        "Plan\r\nBcc: evil@example.org\r\n\r\nhello",
        "a,b;c\\n:\"'",
        "Retro\nEND:VEVENT\nBEGIN:VEVENT",
        "x" * 255,
        "\N{GRINNING FACE}" * 255,
        "\u202egnitrats\u202c now",
        "\u05e4\u05d2\u05d9\u05e9\u05d4 \u0627\u062c\u062a\u0645\u0627\u0639",
        "\x1b[31mred\u2028line",
    ],
)
def test_hostile_titles_stay_titles(world, post, house, title):
    one = world.book((10, 0), (11, 0), title=title)
    world.cancel(one, house.lena)
    mail = post.send_one()
    assert mail.mail.keys().count("Bcc") == 0
    assert post.server.recipients[-1] == ["nadia@example.org"]
    event = mail.event
    told = str(event["SUMMARY"])
    assert (
        told.split()
        == "".join(one if one.isprintable() else " " for one in title if one not in "\u202e\u202c").split()
    )
    assert mail.subject == f"Cancelled: {told}, 23 November 2026, 11:00"
    assert told in mail.text
