"""What the hub asks of a calendar, whoever keeps it: the one door every adapter stands behind.

A calendar keeps *items* under ids of its own: an event, or a series with all of its meetings. Only what hub and
calendar both understand crosses: when a meeting is, its title, whether it is private. Of a private one only that the
room is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

BUSY = "Busy"
LONGEST_TITLE = 255
LONGEST_ID = 512
BACK = timedelta(days=7)
"""Meetings that were over before that are out of sight: nobody looks at them any more."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is compared; `meeting` makes it. Instants are UTC, in whole seconds."""

    starts_at: datetime
    ends_at: datetime
    title: str
    private: bool = False


def meeting(starts_at: datetime, ends_at: datetime, title: str | None, *, private: bool = False) -> Meeting:
    """As hub and calendar alike would write it: on one line, without a private meeting's title."""
    if private:
        return Meeting(starts_at, ends_at, BUSY, private=True)
    return Meeting(starts_at, ends_at, plain(title or ""))


def plain(title: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return words[:LONGEST_TITLE].strip() or BUSY


@dataclass(frozen=True, slots=True)
class Seen:
    """A meeting as the calendar has it. `occurrence`: the start that its series gave it (20261123T090000Z), or
    nothing for an event by itself."""

    meeting: Meeting
    occurrence: str = ""
    organizer_email: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Everything that one id stands for now; without `meetings` it is gone, or takes no time any more.

    Of two states of an item the one with the higher `version` is the later; 0 where the calendar counts none.
    `origin` is the booking it was made from. `unread`: what of it could not be understood, and why.
    """

    remote_id: str
    meetings: tuple[Seen, ...] = ()
    etag: str = ""
    version: int = 0
    origin: str | None = None
    unread: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a listing. `more` is where it goes on; the last page has a `token` instead, to ask from next time.

    `whole`: the listing is all there is, so that what it leaves out is gone.
    """

    items: tuple[Item, ...]
    more: str | None = None
    token: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting stands in the calendar, and in which state (`etag`) it was seen last."""

    remote_id: str
    occurrence: str = ""
    etag: str = ""


class Calendar(Protocol):
    """Every call raises `Trouble` (hub.errors) where the calendar can't be asked."""

    read_only: bool
    polled_every: timedelta

    async def changes(self, since: str | None, more: str | None, now: datetime) -> Page:
        """What has changed since that token (None: all there is), from that page on. Raises TokenLost."""

    async def create(self, origin: str, new: Meeting, now: datetime) -> Place:
        """Asked again for the same `origin` there is still one. Raises Elsewise where it is there, other than asked."""

    async def change(self, at: Place, to: Meeting, now: datetime) -> Place:
        """Of a series this one meeting only. Raises Elsewise where it has changed since it was seen, or is gone."""

    async def cancel(self, at: Place, now: datetime) -> Place | None:
        """Gone already is harmless. Where it was one of a series: how that stands now. Raises Elsewise where it has
        changed since it was seen."""

    async def watch(self, now: datetime) -> datetime | None:
        """Until when the calendar tells by itself that something has changed; None: it has to be asked."""

    async def close(self) -> None:
        """Gives connections back."""


class TokenLost(Exception):
    """Raised when the calendar knows no changes since that token: everything has to be listed anew."""


class Elsewise(Exception):
    """Raised when the meeting is not as it was seen: what became of it, the next listing says."""
