"""What a room's status is at any moment: the one function that hub and panels both obey.

Status is a pure function of a RoomState, of now, and of the record of contact between the room's panels
and the hub. All times are whole seconds since 1970 UTC; intervals are half-open (contract, "Rules of time").
"""

from shared.room_state import CHECKED_IN, timeline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.room_state import Meeting, RoomState

    Contact = Sequence[Sequence[int]]
    """Closed intervals `[from_unix, to_unix]` in which a panel of the room was in contact with the hub."""

AVAILABLE = "available"
OCCUPIED = "occupied"
OUT_OF_SERVICE = "out_of_service"
UNKNOWN = "unknown"


class RoomStatus:
    """A room at one moment.

    `check_in` is the meeting whose check-in is open now, if any. `until` is the second at which `status`
    may next change: the end of `current`, or the start of `next`. Where no meeting is known it is the
    horizon, and `until_known` is False.
    """

    __slots__ = ("check_in", "checked_in", "current", "next", "status", "until", "until_known", "upcoming")

    def __init__(
        self,
        status: str,
        current: "Meeting | None",
        ahead: "list[Meeting]",
        check_in: "Meeting | None",
        until: "int | None",
        until_known: bool,  # noqa: FBT001  a record's field
    ) -> None:
        self.status = status
        self.current = current
        self.next = ahead[0] if ahead else None
        self.upcoming = ahead[1:]
        self.checked_in = current is not None and current["status"] == CHECKED_IN
        self.check_in = check_in
        self.until = until
        self.until_known = until_known


def status_at(state: "RoomState", now: int, contact: "Contact | None" = None) -> RoomStatus:
    """The room at `now`.

    `contact` None means the room has no panels: nothing is held. Past `horizonUnix` a room that is not
    known to be occupied is `unknown`, never available.
    """
    opens_s = state["policy"]["checkInOpensS"]
    live = [m for m in timeline(state) if now < m["endUnix"] and not is_released(m, opens_s, now, contact)]
    current = live.pop(0) if live and live[0]["startUnix"] <= now else None
    check_in = next(
        (m for m in ([current] if current else []) + live if _check_in_open(m, opens_s, now, contact)), None
    )
    until: int | None = None
    until_known = True
    if state["room"]["outOfService"] is not None:
        status = OUT_OF_SERVICE
    elif current is not None:
        status, until = OCCUPIED, current["endUnix"]
    elif now >= state["horizonUnix"]:
        status, until_known = UNKNOWN, False
    elif live:
        status, until = AVAILABLE, live[0]["startUnix"]
    else:
        status, until, until_known = AVAILABLE, state["horizonUnix"], False
    return RoomStatus(status, current, live, check_in, until, until_known)


def next_change_at(state: "RoomState", now: int) -> "int | None":
    """The next second after `now` at which status, or what can be done, may change by itself."""
    return min((at for at in _changes(state) if at > now), default=None)


def last_change_at(state: "RoomState", now: int) -> int:
    """The latest second up to `now` at which it may have changed; 0 where the document knows of none."""
    return max((at for at in _changes(state) if at <= now), default=0)


def is_released(meeting: "Meeting", opens_s: int, now: int, contact: "Contact | None") -> bool:
    """Whether nobody checked in to `meeting` by its `checkInByUnix`, that second included.

    A meeting is held, not released, if no panel of its room had contact with the hub at any moment of
    its check-in window: nobody loses a room because a wire was cut (contract, "Policy").
    """
    by = meeting["checkInByUnix"]
    if by is None or now <= by or meeting["status"] == CHECKED_IN:
        return False
    return contact is None or _touches(contact, meeting["startUnix"] - opens_s, by)


def check_in_by(start: int, end: int, created: int, closes_s: int) -> int:
    """The last second at which check-in is possible: `closes_s` after the start, or after a later creation,
    and always before the end (contract, "Policy")."""
    return min(max(start, created) + closes_s, end - 1)


def _check_in_open(meeting: "Meeting", opens_s: int, now: int, contact: "Contact | None") -> bool:
    """The window is inclusive at both ends; a meeting never released can be checked in to until its end."""
    return (
        meeting["status"] != CHECKED_IN
        and meeting["startUnix"] - opens_s <= now < meeting["endUnix"]
        and not is_released(meeting, opens_s, now, contact)
    )


def _touches(contact: "Contact", first: int, last: int) -> bool:
    return any(began <= last and first <= ended for began, ended in contact)


def _changes(state: "RoomState") -> "Iterator[int]":
    """Every second at which something may change: windows open and close, meetings start and end."""
    yield state["horizonUnix"]
    opens_s = state["policy"]["checkInOpensS"]
    for meeting in timeline(state):
        yield meeting["startUnix"]
        yield meeting["endUnix"]
        if meeting["status"] != CHECKED_IN:
            yield meeting["startUnix"] - opens_s
            if meeting["checkInByUnix"] is not None:
                yield meeting["checkInByUnix"] + 1
