"""Other systems are told what happens, by deliveries that a real server takes or refuses."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.bookings import service as bookings
from hub.db.database import Database
from hub.mail.models import OutgoingMail
from hub.panel import issues
from hub.panel import service as panels
from hub.reach import Reach
from hub.webhooks import outbox, signing
from hub.webhooks.outbox import KEPT, LEASE, SWITCHED_OFF_AFTER, WAITS
from hub.webhooks.sending import Courier
from tests.hub.webhooks.conftest import INSIDE as INSIDE_SITE
from tests.hub.webhooks.conftest import Desk


def kinds_told(receiver):
    return [one.type for one in receiver.told]


def test_life_of_a_booking_is_told_in_order_and_signed(world, desk, receiver):
    world.at(9)
    one = world.book((10, 0), (11, 0))
    world.at(9, 55)
    world.check_in(one)
    world.extend(one, 15)
    world.at(10, 30)
    world.end(one)
    assert desk.send() == 4
    assert kinds_told(receiver) == [
        "booking.created",
        "booking.checked_in",
        "booking.changed",
        "booking.ended",
    ]
    assert all(told.is_signed_by(desk.secret) for told in receiver.told)
    assert not receiver.told[0].is_signed_by(signing.new_secret())
    assert len({told.id for told in receiver.told}) == 4
    assert receiver.told[2].data["endsAt"] == "2026-11-23T11:15:00Z"
    assert receiver.told[0].data | {"revision": 0} == {
        "id": one.id,
        "roomId": world.house.story_corner.id,
        "roomName": "Story Corner",
        "title": "Roadmap",
        "organizerId": world.house.nadia.id,
        "startsAt": "2026-11-23T10:00:00Z",
        "endsAt": "2026-11-23T11:00:00Z",
        "status": "confirmed",
        "attendees": None,
        "actualAttendees": None,
        "private": False,
        "seriesId": None,
        "checkedInAt": None,
        "endedAt": None,
        "releasedAt": None,
        "revision": 0,
    }
    assert (desk.said().waiting, desk.said().dead, desk.said().problem) == (0, 0, None)


def test_what_time_decides_and_what_is_called_off_is_told(world, desk, receiver):
    world.at(9)
    world.book((10, 0), (11, 0))
    world.cancel(world.book((12, 0), (13, 0)))
    world.at(10, 30)
    world.write(bookings.settle_due, world.clock.now())
    desk.send()
    assert kinds_told(receiver) == [
        "booking.created",
        "booking.created",
        "booking.cancelled",
        "booking.released",
    ]


def test_private_meeting_is_told_without_title_and_organizer(world, desk, receiver):
    world.book((10, 0), (11, 0), title="The merger", private=True)
    desk.send()
    (told,) = receiver.told
    assert (told.data["title"], told.data["organizerId"], told.data["private"]) == (None, None, True)
    assert b"merger" not in told.body and world.house.nadia.id.encode() not in told.body


def test_issues_and_panels_are_told(world, desk, receiver):
    now, house = world.clock.now(), world.house
    issue = world.write(issues.report_issue, house.nadia, house.sandbox.id, "display", "Mine", now)
    world.write(issues.report_issue, house.tomas, house.sandbox.id, "display", None, now)
    for status in ("acknowledged", "resolved"):
        world.write(
            issues.change_issue, house.lena, issue.id, status=status, out_of_service=issues.UNSET, now=now
        )
    panel = world.write(panels.register, name="Door", room_id=house.sandbox.id, simulated=True, now=now)[0]
    for status in ("online", "sleeping", "online", "offline", "offline"):
        said = {"status": status, "bootId": "b1"}
        world.write(panels.set_presence, panel.id, said, now)
    desk.send()
    assert kinds_told(receiver) == [
        "issue.reported",
        "issue.changed",
        "issue.resolved",
        "panel.online",
        "panel.offline",
    ]
    assert receiver.told[2].data == {
        "id": issue.id,
        "roomId": house.sandbox.id,
        "roomName": "Sandbox",
        "category": "display",
        "status": "resolved",
        "reports": 2,
        "closesRoom": False,
    }
    assert receiver.told[3].data["roomName"] == "Sandbox"


def test_each_is_told_of_what_it_wants_and_what_is_rolled_back_of_nobody(world, desk, receiver):
    other = desk.add(receiver.url, ["booking.cancelled"])

    def refused(session):
        bookings.book_room(
            session,
            world.house.nadia,
            bookings.NewBooking(
                room_id=world.house.sandbox.id, title="x", starts_at=world.time(10), ends_at=world.time(11)
            ),
            world.clock.now(),
            "web",
        )
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.write(refused)
    world.book((10, 0), (11, 0))
    desk.send()
    assert kinds_told(receiver) == ["booking.created"]
    assert world.read(outbox.deliveries, other.id, status=None, before=None, limit=9) == []


def test_refused_delivery_comes_again_later_and_later_and_dies_and_can_be_sent_again(world, desk, receiver):
    world.book((10, 0), (11, 0))
    receiver.answers = [(500, {})] * (len(WAITS) + 1)
    for wait in WAITS:
        assert desk.send() == 0
        (waits,) = desk.deliveries("waiting")
        left = waits.next_at - world.clock.now()
        assert wait * 0.79 - timedelta(seconds=1) <= left <= wait * 1.21
        world.clock.at = waits.next_at
    assert desk.send() == 0
    (dead,) = desk.deliveries("dead")
    assert (dead.tries, dead.answered, dead.problem) == (len(WAITS) + 1, 500, "It answered 500.")
    assert len({told.id for told in receiver.told}) == 1
    assert (desk.said().dead, desk.said().problem) == (1, "It answered 500.")
    assert desk.resend(dead).status == "waiting"
    assert desk.send() == 1
    assert receiver.told[-1].id == dead.id
    assert [one.status for one in desk.deliveries()] == ["delivered"]
    assert desk.said().failing_since is None


def test_receiver_that_wants_to_be_left_alone_is(world, desk, receiver):
    world.book((10, 0), (11, 0))
    receiver.answers = [(429, {"Retry-After": "3600"})]
    desk.send()
    assert desk.deliveries()[0].next_at == world.clock.now() + timedelta(hours=1)


def test_redirect_is_not_followed_and_long_answer_not_read(world, desk, receiver):
    world.book((10, 0), (11, 0))
    receiver.answers = [(307, {"Location": receiver.url})]
    desk.send()
    assert (len(receiver.told), desk.deliveries()[0].problem) == (1, "It answered 307.")
    world.clock.pass_time(minutes=1)
    receiver.answers, receiver.body = [(200, {})], bytes(1024 * 1024)
    desk.send()
    assert desk.deliveries()[0].problem == "It answers with more than 65536 bytes."


INSIDE = (
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:10.0.0.1]/",
    "https://localhost/",
    "http://8.8.8.8/",
)


def test_nobody_inside_is_called_and_nobody_without_tls(world, tmp_path, receiver):
    strict = Desk(world, tmp_path, receiver, inside=())
    for hook in (strict.webhook, *(strict.add(url) for url in INSIDE)):
        tried = world.run(strict.courier.ping(hook.id))
        assert (tried.status, tried.answered) == ("dead", None)
        assert "private network" in tried.problem
    assert receiver.told == []


def test_who_was_taken_by_a_hub_that_died_is_told_once_its_lease_is_over(world, desk, receiver):
    world.book((10, 0), (11, 0))
    now = world.clock.now()
    taken = world.write(outbox.take, desk.webhook.key, now)
    assert desk.send() == 0
    world.clock.pass_time(seconds=LEASE.total_seconds())
    assert desk.send() == 1
    assert receiver.told[0].id == taken.id


def test_secret_signs_for_a_day_after_another_took_its_place(world, desk, receiver):
    old = desk.secret
    desk.renew_secret()
    world.book((10, 0), (11, 0))
    desk.send()
    world.clock.pass_time(hours=24)
    world.run(desk.courier.ping(desk.webhook.id))
    first, second = receiver.told
    assert first.is_signed_by(old) and first.is_signed_by(desk.secret)
    assert second.is_signed_by(desk.secret) and not second.is_signed_by(old)


def test_webhook_that_fails_for_days_is_switched_off_and_admins_are_told(world, desk, receiver):
    receiver.answers = [(500, {})] * 9
    world.book((10, 0), (11, 0))
    desk.send()
    world.clock.pass_time(seconds=SWITCHED_OFF_AFTER.total_seconds())
    desk.send()
    assert desk.said().off_because == "failing"
    mails = world.read(
        lambda session: session.scalars(select(OutgoingMail).where(OutgoingMail.topic.is_(None))).all()
    )
    assert [(one.recipient, one.subject) for one in mails] == [
        ("ada@example.org", "Webhook The office's was switched off")
    ]
    tries = len(receiver.told)
    world.clock.pass_time(days=1)
    desk.send()
    assert len(receiver.told) == tries


def test_webhook_that_is_gone_is_switched_off_at_once(world, desk, receiver):
    receiver.answers = [(410, {})]
    world.book((10, 0), (11, 0))
    world.book((12, 0), (13, 0))
    desk.send()
    assert (desk.said().off_because, desk.said().dead, len(receiver.told)) == ("gone", 2, 1)


def test_what_was_delivered_long_ago_is_forgotten_and_so_is_who_is_erased(world, desk, receiver):
    one = world.book((10, 0), (11, 0))
    world.book((12, 0), (13, 0), who=world.house.tomas)
    desk.send()
    world.write(outbox.forget, world.house.tomas.id)
    assert [json.loads(told.body)["data"]["id"] for told in receiver.told[:1]] == [one.id]
    assert len(desk.deliveries()) == 1
    world.clock.pass_time(seconds=KEPT.total_seconds() + 1)
    world.run(desk.courier.ping(desk.webhook.id))
    assert [one.event for one in desk.deliveries()] == ["ping"]


def test_hub_that_stops_lets_what_is_under_way_end(world, desk, receiver):
    """Taken but not marked it would go out twice."""
    world.book((10, 0), (11, 0))

    async def run_until_told():
        running = asyncio.create_task(desk.courier.run())
        while not receiver.told:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    world.run(run_until_told())
    assert [one.status for one in desk.deliveries()] == ["delivered"]


def test_hubs_on_one_database_share_what_waits_and_each_is_told_once(world, desk, receiver):
    for _ in range(12):
        world.cancel(world.book((10, 0), (11, 0)))
    other = Database(world.url)
    beside = Courier(other, world.clock, desk.courier.vault, Reach(INSIDE_SITE))

    async def drain(courier):
        while await courier.deliver_next(desk.webhook.key):
            pass

    async def both():
        await asyncio.gather(drain(desk.courier), drain(beside), drain(desk.courier), drain(beside))
        await other.close()

    world.run(both())
    assert len(receiver.told) == len({told.id for told in receiver.told}) == 24
    assert desk.said().waiting == 0
