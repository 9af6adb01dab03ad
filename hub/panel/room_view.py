"""A room as everybody sees it: the RoomState, made of what is stored and of now (contract, "RoomState")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.bookings import service as bookings
from hub.bookings.service import BookingRecord
from hub.clock import from_unix, unix
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord
from shared.room_state import HORIZON_S, MAX_BYTES, MAX_MEETINGS, TITLE_BYTES, V, cut, encode, timeline
from shared.room_status import AVAILABLE, last_change_at, status_at

if TYPE_CHECKING:
    from shared.room_state import Meeting, RoomState

DAY_S = 86400
ZONE_AHEAD_DAYS = 366
"""A panel that was cut off shows the right local time for a year."""


def room_state(session: Session, room_id: str, now: datetime) -> RoomState:
    """The room at `now`, whether or not the sweeper has been there. Raises NotFound."""
    return view(session, room_id, now)[0]


def view(session: Session, room_id: str, now: datetime) -> tuple[RoomState, datetime]:
    """The room at `now`, and when the document wants to be published again although nothing was changed."""
    room = rooms.room(session, room_id)
    ahead = _ahead(session, [room], now)[room.key]
    state = _fitted(room, ahead, unix(now))
    return state, from_unix(_publish_due(state, ahead, unix(now)))


def states(session: Session, some: Sequence[RoomRecord], now: datetime) -> dict[str, RoomState]:
    """The `room_state` of each of these rooms, by its id."""
    ahead = _ahead(session, some, now)
    return {room.id: _fitted(room, ahead[room.key], unix(now)) for room in some}


def _ahead(session: Session, some: Sequence[RoomRecord], now: datetime) -> dict[int, list[Meeting]]:
    until = now + timedelta(seconds=HORIZON_S * 3 // 2)
    found = bookings.meetings_in(session, [room.key for room in some], now, until)
    return {key: [_meeting(one.shown_to(None)) for one in theirs] for key, theirs in found.items()}


def etag(state: RoomState) -> str:
    """Another one whenever the document says something else; `publishedUnix` does not count.

    Nor does the horizon, which moves every second, but once in half its length.
    """
    said: dict[str, object] = {**state, "publishedUnix": state["publishedUnix"] // (HORIZON_S // 2)}
    del said["horizonUnix"]
    changed = last_change_at(state, state["publishedUnix"])
    return f'"{state["revision"]}-{changed}-{crc32(repr(said).encode()):08x}"'


def _meeting(booking: BookingRecord) -> Meeting:
    organizer = booking.organizer
    return {
        "id": booking.id,
        "title": None if booking.title is None else cut(booking.title, TITLE_BYTES),
        "organizer": None if organizer is None else cut(organizer.name, TITLE_BYTES),
        "startUnix": unix(booking.starts_at),
        "endUnix": unix(booking.ends_at),
        "status": booking.status,
        "checkInByUnix": None if booking.check_in_by is None else unix(booking.check_in_by),
    }


def _fitted(room: RoomRecord, ahead: list[Meeting], now: int) -> RoomState:
    """The document with as many meetings as fit; it is complete up to its horizon."""
    within = [meeting for meeting in ahead if meeting["startUnix"] < now + HORIZON_S]
    count = min(len(within), MAX_MEETINGS)
    while True:
        horizon = within[count]["startUnix"] if count < len(within) else now + HORIZON_S
        state = _document(room, within[:count], horizon, now)
        if len(encode(state)) <= MAX_BYTES:
            return state
        count -= 1


def _document(room: RoomRecord, meetings: list[Meeting], horizon: int, now: int) -> RoomState:
    policy = room.policy
    state: RoomState = {
        "v": V,
        "revision": room.revision,
        "publishedUnix": now,
        "horizonUnix": horizon,
        "room": {
            "id": room.id,
            "name": cut(room.name, TITLE_BYTES),
            "building": cut(room.building.name, TITLE_BYTES),
            "floor": cut(room.floor.name, TITLE_BYTES),
            "capacity": room.capacity,
            "amenities": list(room.amenities),
            "outOfService": None if room.out_of_service is None else cut(room.out_of_service, TITLE_BYTES),
        },
        "zone": {"name": room.building.time_zone, "offsets": offsets(room.building.time_zone, now)},
        "policy": {
            "checkInOpensS": policy.check_in_opens_s,
            "checkInClosesS": policy.check_in_closes_s,
            "bufferS": policy.buffer_s,
            "minS": policy.min_s,
            "maxS": policy.max_s,
            "extendS": policy.extend_s,
            "quickBookS": policy.quick_book_s,
        },
        "status": AVAILABLE,
        "checkedIn": False,
        "current": None,
        "next": None,
        "upcoming": meetings,
    }
    glass = room.glass
    if glass:
        state["policy"]["glass"] = glass
    at = status_at(state, now)
    state["status"], state["checkedIn"] = at.status, at.checked_in
    state["current"], state["next"], state["upcoming"] = at.current, at.next, at.upcoming
    return state


def _publish_due(state: RoomState, ahead: list[Meeting], now: int) -> int:
    """When half of what it foretells is used up, a meeting begins, or one comes within the 48 hours."""
    due = now + max((state["horizonUnix"] - now) // 2, 1)
    for meeting in timeline(state):
        if meeting["startUnix"] > now:
            due = min(due, meeting["startUnix"])
    for meeting in ahead:
        if meeting["startUnix"] >= now + HORIZON_S:
            due = min(due, meeting["startUnix"] - HORIZON_S + 1)
    return due


def offsets(zone_name: str, now: int) -> list[list[int]]:
    """`[from_unix, seconds east of UTC]` from the zone's last change before `now` for a year ahead."""
    return [list(pair) for pair in _offsets(zone_name, now // DAY_S)]


@lru_cache(maxsize=256)
def _offsets(zone_name: str, day: int) -> tuple[tuple[int, int], ...]:
    zone = ZoneInfo(zone_name)
    first, last = (day - ZONE_AHEAD_DAYS) * DAY_S, (day + 1 + ZONE_AHEAD_DAYS) * DAY_S
    found = [(0, _offset(zone, first))]
    for unix_s in range(first, last, DAY_S):
        if _offset(zone, unix_s + DAY_S) != found[-1][1]:
            changed = _change_between(zone, unix_s, unix_s + DAY_S)
            found.append((changed, _offset(zone, changed)))
    past = [pair for pair in found if pair[0] <= day * DAY_S]
    return (past[-1], *found[len(past) :])


def _change_between(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second with the offset of `after`; at `before` it was another."""
    new = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == new:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, unix_s: int) -> int:
    offset = datetime.fromtimestamp(unix_s, UTC).astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101  an aware time has one
    return int(offset.total_seconds())
