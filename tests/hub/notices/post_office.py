"""Mail from the house, by SMTP, read as a mail program and a calendar would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar, Event

from hub.accounts import preferences
from hub.accounts.service import Account
from hub.bookings import letters
from hub.bookings.calendar_out import Desk
from hub.mail.mailers import SmtpMailer, smtp_server
from hub.mail.outbox import Writers
from hub.mail.sending import send_next
from tests.hub.house import World
from tests.hub.mail_server import MailServer

DESK = Desk("rooms@example.org", "https://rooms.example.org")


class Received:
    """A mail in somebody's inbox."""

    def __init__(self, mail: EmailMessage) -> None:
        self.mail = mail
        self.to = str(mail["To"])
        self.subject = str(mail["Subject"])
        text = mail.get_body(("plain",))
        assert text is not None
        self.text: str = text.get_content().replace("\r\n", "\n")

    @property
    def calendar(self) -> Calendar | None:
        """The part that calendars look for, the same as the attached file."""
        (part, *others) = [
            part for part in self.mail.walk() if part.get_content_type() == "text/calendar"
        ] or [None]
        files = [part for part in self.mail.walk() if part.get_content_type() == "application/ics"]
        if part is None:
            assert not files
            return None
        assert others == []
        written = part.get_payload(decode=True)
        assert [one.get_payload(decode=True) for one in files] == [written]
        assert [one.get_filename() for one in files] == ["invite.ics"]
        found = Calendar.from_ical(written)
        assert part.get_param("method") == found["METHOD"]
        assert all(len(line) <= 75 for line in written.split(b"\r\n"))
        return found

    @property
    def method(self) -> str | None:
        return None if self.calendar is None else str(self.calendar["METHOD"])

    @property
    def events(self) -> list[Event]:
        return [] if self.calendar is None else self.calendar.walk("VEVENT")

    @property
    def event(self) -> Event:
        (found,) = self.events
        return found


class PostOffice:
    def __init__(self, world: World, server: MailServer) -> None:
        self.world = world
        self.server = server
        self.mailer = SmtpMailer(smtp_server(server.url), DESK.sender)

    def send(self) -> list[Received]:
        """What went out since the last time, in order."""
        seen = len(self.server.mails)
        writers = Writers(
            lambda *_: None, lambda session, about, now: letters.write(session, about, DESK, now)
        )
        while self.world.run(send_next(self.world.database, self.world.clock, self.mailer, writers)):
            pass
        return [Received(mail) for mail in self.server.mails[seen:]]

    def send_one(self) -> Received:
        (found,) = self.send()
        return found

    def choose(self, who: Account, **kinds: bool) -> Account:
        """The account, with what it now wants."""
        self.world.write(preferences.choose_mail, who, kinds)
        found = self.world.read(preferences.reachable, who.key)
        assert found is not None
        return found


class CalendarApp:
    """Somebody's calendar, which takes what comes by iTIP as RFC 5546 says; newer wins, older is ignored."""

    def __init__(self) -> None:
        self._masters: dict[str, Event] = {}
        self._meetings: dict[tuple[str, datetime], Event] = {}
        self._told: dict[str, int] = {}

    def receive(self, calendars: Iterable[Calendar | None]) -> None:
        for calendar in calendars:
            if calendar is not None:
                self._take(str(calendar["METHOD"]), calendar.walk("VEVENT"))

    def _take(self, method: str, events: list[Event]) -> None:
        uids = {str(event["UID"]) for event in events}
        assert len(uids) == 1, "one message is about one entry (RFC 5546, 3.2.2)"
        (uid,), sequence = uids, int(events[0]["SEQUENCE"])
        assert sequence > self._told.get(uid, -1), "news has a higher SEQUENCE"
        self._told[uid] = sequence
        whole = any("RECURRENCE-ID" not in event for event in events)
        if whole:
            self._masters.pop(uid, None)
            self._meetings = {key: event for key, event in self._meetings.items() if key[0] != uid}
        for event in events:
            if "RECURRENCE-ID" in event:
                self._meetings[uid, event.decoded("RECURRENCE-ID")] = event
            elif method == "REQUEST":
                self._masters[uid] = event

    def meetings(self) -> list[tuple[datetime, datetime, str]]:
        """Start, end and title of everything in it, in UTC."""
        found = [self._told_of(event) for (uid, _), event in self._meetings.items() if _holds(event)]
        for uid, master in self._masters.items():
            length = master.decoded("DTEND") - master.decoded("DTSTART")
            by_rule = [at for at in _starts(master) if (uid, at) not in self._meetings]
            found += [(utc(at), utc(at) + length, str(master["SUMMARY"])) for at in by_rule]
        return sorted(found)

    def _told_of(self, event: Event) -> tuple[datetime, datetime, str]:
        return utc(event.decoded("DTSTART")), utc(event.decoded("DTEND")), str(event["SUMMARY"])


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _holds(event: Event) -> bool:
    return str(event["STATUS"]) != "CANCELLED"


def _starts(master: Event) -> list[datetime]:
    """As python-dateutil reads it."""
    begins = master.decoded("DTSTART")
    found: Any = rruleset()
    found.rdate(begins)
    if "RRULE" in master:
        rule = master["RRULE"].to_ical().decode()
        found.rrule(rrulestr(rule, dtstart=begins))
    for name, take in (("RDATE", found.rdate), ("EXDATE", found.exdate)):
        listed = master.get(name)
        for one in listed if isinstance(listed, list) else [listed] if listed else []:
            for at in one.dts:
                take(at.dt)
    return list(found)
