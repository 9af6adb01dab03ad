"""Mail waits in the database until somebody has taken it over."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.mail import outbox
from hub.mail.mailers import NotSent
from hub.mail.models import OutgoingMail
from hub.mail.outbox import LINK, Attachment, CalendarPart, Letter, Mail, Notice, Writers
from hub.mail.sending import send_mail, send_next

CALENDAR = CalendarPart("REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


class Mailer:
    """Keeps what it is given, or refuses it as `refusals` says, in order."""

    def __init__(self):
        self.sent: list[Mail] = []
        self.tried = 0
        self.refusals: list[NotSent] = []

    async def send(self, mail, _now):
        self.tried += 1
        if self.refusals:
            raise self.refusals.pop(0)
        self.sent.append(mail)


def write_notice(_session, about, _now):
    if about["words"] == "unwritable":
        raise ValueError(about)
    if about["words"] == "untrue":
        return None
    return Letter(recipient="nadia@example.org", subject=about["words"], body="", calendar=CALENDAR)


@pytest.fixture
def mailer():
    return Mailer()


@pytest.fixture
def post(world, mailer):
    """Queues mails, and tries what is due."""

    class Post:
        made = 0

        def queue(self, recipient="nadia@example.org", **more):
            words = {"subject": "Hello", "body": "Your room is free."} | more
            world.write(outbox.queue, recipient=recipient, now=world.clock.now(), **words)

        def make_link(self, _session, kind, recipient, _now):
            self.made += 1
            return None if recipient.startswith("nobody") else f"https://hub/{kind}/{self.made}"

        @property
        def writers(self):
            return Writers(self.make_link, write_notice)

        def notify(self, topic, words, merge=lambda _old, new: new):
            notice = Notice(topic, "nadia@example.org", {"words": words})
            world.write(outbox.queue_notices, [notice], merge, world.clock.now())

        def send(self):
            """How many were tried."""
            before = mailer.tried
            while world.run(send_next(world.database, world.clock, mailer, self.writers)):
                pass
            return mailer.tried - before

        def rows(self):
            return world.read(lambda session: list(session.scalars(select(OutgoingMail))))

    return Post()


def test_mail_is_sent_once(post, mailer):
    post.queue()
    assert (post.send(), post.send()) == (1, 0)
    assert [(mail.recipient, mail.subject, mail.body) for mail in mailer.sent] == [
        ("nadia@example.org", "Hello", "Your room is free.")
    ]
    (row,) = post.rows()
    assert (row.sent_at is not None, row.next_at) == (True, None)


def test_transaction_that_fails_sends_nothing(world, post, mailer):
    def queue_and_fail(session):
        outbox.queue(session, recipient="a@b", subject="x", body="y", now=world.clock.now())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        world.write(queue_and_fail)
    assert post.send() == 0


def test_mail_is_tried_again_each_time_twice_as_late(post, mailer, world):
    mailer.refusals = [NotSent("no route")] * 100
    post.queue()
    waits, last = [], world.clock.now()
    for _ in range(24 * 60):
        if post.send():
            waits.append(int((world.clock.now() - last).total_seconds()) // 60)
            last = world.clock.now()
        world.clock.pass_time(minutes=1)
    assert waits[:8] == [0, 1, 2, 4, 8, 16, 32, 60]
    assert set(waits[8:]) == {60}
    world.clock.pass_time(days=7)
    assert post.send() == 0, "after a day it is given up"
    assert post.rows()[0].problem == "no route"


def test_mail_refused_for_good_is_not_tried_again(post, mailer, world):
    mailer.refusals = [NotSent("550 no such user", for_good=True)]
    post.queue()
    post.send()
    world.clock.pass_time(days=2)
    assert (post.send(), mailer.sent) == (0, [])


def test_one_bad_mail_does_not_hold_up_the_others(post, mailer):
    mailer.refusals = [NotSent("no")]
    post.queue("a@example.org")
    post.queue("b@example.org")
    assert post.send() == 2
    assert [mail.recipient for mail in mailer.sent] == ["b@example.org"]


def test_process_that_died_while_sending_is_stood_in_for_and_not_too_early(world, post, mailer):
    post.queue()
    taken = world.write(outbox.take, post.writers, world.clock.now())
    assert post.send() == 0, "somebody else has it"
    world.clock.pass_time(minutes=5)
    assert post.send() == 1
    assert mailer.sent[0].id == taken.id, "under the same Message-ID"


def test_two_processes_never_take_the_same_mail(world, post, mailer):
    for number in range(20):
        post.queue(f"p{number}@example.org")

    async def both():
        async def one():
            while await send_next(world.database, world.clock, mailer, post.writers):
                pass

        await asyncio.gather(one(), one(), one())

    world.run(both())
    assert sorted(mail.recipient for mail in mailer.sent) == sorted(
        f"p{number}@example.org" for number in range(20)
    )


def test_link_is_made_anew_at_each_try_and_is_never_stored(post, mailer, world):
    mailer.refusals = [NotSent("no")]
    post.queue(body=f"Here: {LINK}", link="reset")
    post.send()
    world.clock.pass_time(minutes=1)
    post.send()
    assert mailer.sent[0].body == "Here: https://hub/reset/2"
    assert post.rows()[0].body == f"Here: {LINK}"


def test_mail_that_lost_its_reason_is_dropped(post, mailer):
    post.queue("nobody@example.org", body=LINK, link="reset")
    post.queue("nadia@example.org", body=LINK, link="reset")
    post.send()
    assert [mail.recipient for mail in mailer.sent] == ["nadia@example.org"]
    assert len(post.rows()) == 1


def test_sent_mail_is_forgotten_after_a_month(post, world):
    post.queue()
    post.send()
    world.clock.pass_time(seconds=timedelta(days=30).total_seconds() + 1)
    post.queue("new@example.org")
    post.send()
    assert [row.recipient for row in post.rows()] == ["new@example.org"]


def test_hub_that_stops_while_sending_finishes_that_mail(world, post):
    class Slow(Mailer):
        def __init__(self):
            super().__init__()
            self.begun = asyncio.Event()

        async def send(self, mail, now):
            self.begun.set()
            await asyncio.sleep(0.05)
            await super().send(mail, now)

    async def stop_half_way():
        slow = Slow()
        task = asyncio.create_task(send_mail(world.database, world.clock, slow, post.writers))
        await slow.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return slow

    post.queue()
    assert len(world.run(stop_half_way()).sent) == 1
    assert post.rows()[0].sent_at is not None


def test_notice_is_written_when_it_goes_out(post, mailer):
    post.notify("roadmap", "moved")
    assert (post.rows()[0].subject, post.rows()[0].body) == ("", "")
    assert post.send() == 1
    assert (mailer.sent[0].subject, mailer.sent[0].calendar) == ("moved", CALENDAR)
    assert post.rows()[0].subject == "moved", "whoever asks later sees what went out"


def test_next_notice_of_a_topic_takes_the_place_of_one_that_waits(post, mailer):
    for topic, words in (("roadmap", "moved"), ("retro", "moved"), ("roadmap", "moved again")):
        post.notify(topic, words)
    post.send()
    assert sorted(mail.subject for mail in mailer.sent) == ["moved", "moved again"]
    post.notify("roadmap", "and again")
    post.send()
    assert mailer.sent[-1].subject == "and again", "what went out has no place to take"


def test_notice_that_failed_before_is_replaced_too_and_tried_at_once(post, mailer):
    mailer.refusals = [NotSent("no route")]
    post.notify("roadmap", "moved")
    post.send()
    post.notify("roadmap", "moved again")
    assert (post.send(), [mail.subject for mail in mailer.sent]) == (1, ["moved again"])


def test_notice_that_is_being_sent_is_left_alone(world, post, mailer):
    post.notify("roadmap", "moved")
    world.write(outbox.take, post.writers, world.clock.now())
    post.notify("roadmap", "moved again")
    assert (post.send(), [mail.subject for mail in mailer.sent]) == (1, ["moved again"])
    world.clock.pass_time(minutes=5)
    assert post.send() == 1, "whoever had the first one died with it"


def test_notice_that_is_untrue_or_cannot_be_written_holds_up_nothing(post, mailer, caplog):
    for words in ("untrue", "unwritable", "true"):
        post.notify(words, words)
    assert post.send() == 1
    assert [mail.subject for mail in mailer.sent] == ["true"]
    assert "can't be written" in caplog.text
    assert {row.about["words"]: row.next_at for row in post.rows()} == {"unwritable": None, "true": None}


def test_file_goes_with_its_mail_at_each_try_and_is_kept_no_longer(post, mailer, world):
    report = Attachment("report.pdf", "application/pdf", b"%PDF")
    mailer.refusals = [NotSent("no route")]
    post.queue(attachment=report)
    post.send()
    assert post.rows()[0].attached_file == b"%PDF"
    world.clock.pass_time(minutes=1)
    post.send()
    assert [mail.attachment for mail in mailer.sent] == [report]
    mailer.refusals = [NotSent("550 no such user", for_good=True)]
    post.queue(attachment=report)
    post.send()
    assert [row.attached_file for row in post.rows()] == [None, None]
