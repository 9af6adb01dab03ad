"""Who is told by mail of what became of a booking: queued in the transaction that does it, written when it goes
out (`letters`), from what is true then.

Nobody is told of what they did themselves, unless they want that too (`mail_kinds.OWN`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.accounts import mail_kinds, preferences
from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.bookings import repository
from hub.bookings.models import CANCELLED, NO_SHOW, PENDING
from hub.bookings.reading import BookingRecord, records
from hub.mail.outbox import About, Notice, queue_notices
from hub.rooms.service import RoomRecord

ASKED, APPROVED, DECLINED, LAPSED = "asked", "approved", "declined", "lapsed"
BOOKED, CHANGED, CANCELLED_BY, RELEASED, RESTORED = "booked", "changed", "cancelled", "released", "restored"
CLOSED = "closed"
"""A room went out of service."""

KIND: Mapping[str, str] = {
    ASKED: mail_kinds.APPROVAL_ASKED,
    APPROVED: mail_kinds.APPROVAL_ANSWERED,
    DECLINED: mail_kinds.APPROVAL_ANSWERED,
    LAPSED: mail_kinds.APPROVAL_ANSWERED,
    BOOKED: mail_kinds.BOOKED,
    CHANGED: mail_kinds.CHANGED,
    CANCELLED_BY: mail_kinds.CANCELLED,
    RELEASED: mail_kinds.RELEASED,
    RESTORED: mail_kinds.CHANGED,
    CLOSED: mail_kinds.OUT_OF_SERVICE,
}
"""Which of the kinds that people choose from each is."""

NEWS_FOR = timedelta(days=1)
"""What time did to a meeting that ended longer ago is nobody's news: the hub stood still, or came late."""

_STILL = {
    (BOOKED, APPROVED), (BOOKED, CHANGED), (BOOKED, CANCELLED_BY), (APPROVED, CHANGED), (RELEASED, RESTORED)
}  # fmt: skip
"""What waits, and what comes then, where the first remains the news: or none, where it is not true any more."""


def booked(session: Session, new: BookingRecord, by: Account, now: datetime, *, whole: bool = False) -> None:
    """`whole`: with all of its series."""
    _tell(session, [new], BOOKED, by, now, whole=whole)
    _ask(session, new, by, now, whole=whole)


def changed(
    session: Session,
    before: BookingRecord,
    after: BookingRecord,
    by: Account | None,
    now: datetime,
    *,
    whole: bool = False,
) -> None:
    """Tells of a new time, room or title; of what else there is to a booking nobody is told.

    What has become a series of its own is told all the same: to calendars it is another entry.
    """
    split = before.series_id != after.series_id
    if not split and _visible(before) == _visible(after):
        return
    was = {
        "startsAt": before.starts_at.isoformat(),
        "endsAt": before.ends_at.isoformat(),
        "roomKey": before.room_key,
    }
    _tell(session, [after], CHANGED, by, now, whole=whole, was=was)
    if whole and split:
        _tell(session, [before], CHANGED, by, now, whole=True)
    _ask(session, after, by, now, whole=whole)


def _visible(one: BookingRecord) -> tuple[object, ...]:
    return one.starts_at, one.ends_at, one.room_key, one.title


def series_grew(session: Session, new: BookingRecord, by: Account, now: datetime) -> None:
    _tell(session, [new], CHANGED, by, now, whole=True)
    _ask(session, new, by, now)


def cancelled(
    session: Session, gone: Sequence[BookingRecord], by: Account | None, now: datetime, **more: Any
) -> None:
    """`gone`: as they were before; each alone, or where they are several of one series, as that series."""
    _tell(session, _one_of_each_series(gone), CANCELLED_BY, by, now, whole=len(gone) > 1, **more)


def answered(
    session: Session, some: Sequence[BookingRecord], answer: str, by: Account | None, now: datetime
) -> None:
    """`some`: one booking, or several of one series; `answer`: APPROVED or DECLINED."""
    _tell(session, _one_of_each_series(some), answer, by, now, whole=len(some) > 1)


def restored(session: Session, one: BookingRecord, by: Account | None, now: datetime) -> None:
    """Released, and taken back: somebody had come in time."""
    _tell(session, [one], RESTORED, by, now)


def decided_by_time(session: Session, keys: Iterable[int], now: datetime) -> None:
    """Released as no-shows, or lapsed because nobody approved them. `keys`: of bookings, settled."""
    rows = [row for row in repository.with_keys(session, keys) if row.ends_at > now - NEWS_FOR]
    for status, what in ((NO_SHOW, RELEASED), (CANCELLED, LAPSED)):
        some = records(session, [row for row in rows if row.status == status], now)
        _tell(session, some, what, None, now)


def room_closed(session: Session, room: RoomRecord, by: Account | None, now: datetime) -> None:
    """Tells everybody who has a booking there to come: one mail each, however many bookings."""
    rows = repository.active(session, [room.key], now)
    keys = {key for row in rows for key in (row.organizer_key, row.booked_by_key) if key is not None}
    people = accounts.accounts_with_keys(session, keys).values()
    about = {"what": CLOSED, "room": room.key}
    _queue(session, [(f"room {room.id}", who, about) for who in people if _wants(who, CLOSED, by)], by, now)


def _ask(
    session: Session, one: BookingRecord, by: Account | None, now: datetime, *, whole: bool = False
) -> None:
    if one.status != PENDING:
        return
    about = {"what": ASKED} | _of(one, whole=whole)
    managers = [who for who in preferences.managers(session) if _wants(who, ASKED, by)]
    _queue(session, [(f"ask {_entry(one, whole=whole)}", who, about) for who in managers], by, now)


def _tell(
    session: Session,
    some: Sequence[BookingRecord],
    what: str,
    by: Account | None,
    now: datetime,
    *,
    whole: bool = False,
    **more: Any,
) -> None:
    """Whoever has the booking, and whoever made it for them."""
    told = []
    for one in some:
        all_of_it = whole and one.series_id is not None
        about = {"what": what} | _of(one, whole=all_of_it) | more
        people = {who.key: who for who in (one.organizer, one.booked_by) if who is not None}
        told += [
            (_entry(one, whole=all_of_it), who, about) for who in people.values() if _wants(who, what, by)
        ]
    _queue(session, told, by, now)


def _of(one: BookingRecord, *, whole: bool) -> About:
    return {"booking": one.id} | ({"series": one.series_id} if whole else {})


def _entry(one: BookingRecord, *, whole: bool) -> str:
    return f"series {one.series_id}" if whole else f"booking {one.id}"


def _one_of_each_series(some: Sequence[BookingRecord]) -> list[BookingRecord]:
    return list({one.series_id or one.id: one for one in some}.values())


def _wants(who: Account, what: str, by: Account | None) -> bool:
    if by is not None and by.key == who.key and mail_kinds.OWN not in who.mail:
        return False
    return KIND[what] in who.mail


def _queue(
    session: Session, told: Sequence[tuple[str, Account, About]], by: Account | None, now: datetime
) -> None:
    notices = [
        Notice(f"{entry} to {who.id}", who.email, about | {"to": who.key, "by": _called(by, who)})
        for entry, who, about in told
    ]
    if notices:
        queue_notices(session, notices, _merged, now)


def _called(by: Account | None, who: Account) -> str | None:
    if by is None:
        return None
    return "You" if by.key == who.key else by.name


def _merged(old: About, new: About) -> About:
    """One that was never sent, and the next of the same booking: who reads only this one misses nothing."""
    if (old["what"], new["what"]) in _STILL:
        return old
    return new | ({"was": old["was"]} if "was" in old and "was" in new else {})
