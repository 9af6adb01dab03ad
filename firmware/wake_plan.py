"""When a panel on battery has to be awake, and when it has to ask its hub: functions of what it knows, and of now.

All times are whole seconds since 1970 UTC. The panel promises three things: it is awake at every moment at which
its picture must change; what it shows is never older than `longest_s` while the hub can be reached; and it asks the
hub once inside every check-in window, for a window without contact holds its meeting (contract, "Policy").
"""

from shared.room_state import CHECKED_IN, timeline, utc_offset_at
from shared.room_status import next_change_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared.room_state import RoomState

DAY_S = 30 * 60
"""The longest staleness from seven to seven on weekdays, in the room's zone."""

NIGHT_S = 4 * 3600
"""And at any other time."""

RETRY_S = 10 * 60
"""After a call that found no hub: three tries fit into a check-in window. A long silence is asked about ever more
rarely, for each try costs as much as an hour of sleep and work."""

_DAY_BEGINS_S, _DAY_ENDS_S = 7 * 3600, 19 * 3600
_WHOLE_DAY_S = 86400
_SATURDAY = 5


def next_wake_at(state: "RoomState | None", now: int, heard: int, tried: int, keys_change_at: int) -> int:
    """The second at which a panel that falls asleep now must be awake again; always ahead, and never by more than
    NIGHT_S, whatever a clock that was wrong has left behind.

    `heard` is when the hub last spoke, `tried` when it was last called, 0 for never; `keys_change_at` is when
    what the keys offer is over.
    """
    found = min(call_due_at(state, heard, tried), keys_change_at, now + NIGHT_S)
    if state is not None:
        change = next_change_at(state, now)
        found = min(found, _next_midnight(state, now), found if change is None else change)
    return max(now + 1, found)


def call_due_at(state: "RoomState | None", heard: int, tried: int) -> int:
    """The second from which the panel should ask its hub what is true."""
    due = heard + longest_s(state, heard)
    if state is not None:
        due = min([due] + [at for at in _openings(state) if at > heard])
    return due if tried <= heard else max(due, tried + _retry_s(heard, tried))


def _retry_s(heard: int, tried: int) -> int:
    """A quarter of the silence; a panel that never heard its hub has its installer beside it."""
    return min(NIGHT_S, max(RETRY_S, (tried - heard) // 4)) if heard else RETRY_S


def longest_s(state: "RoomState | None", heard: int) -> int:
    """How old what was heard at `heard` may become: by day less than by night, and the day begins fresh."""
    if state is None:
        return RETRY_S
    if _is_day(state, heard + DAY_S):
        return DAY_S
    return min(NIGHT_S, _next_day(state, heard + DAY_S) - heard)


def _openings(state: "RoomState") -> "list[int]":
    opens_s = state["policy"]["checkInOpensS"]
    return [
        meeting["startUnix"] - opens_s
        for meeting in timeline(state)
        if meeting["checkInByUnix"] is not None and meeting["status"] != CHECKED_IN
    ]


def _is_day(state: "RoomState", unix: int) -> bool:
    local = unix + utc_offset_at(state, unix)
    weekday = (local // _WHOLE_DAY_S + 3) % 7  # 1970 began on a Thursday
    return weekday < _SATURDAY and _DAY_BEGINS_S <= local % _WHOLE_DAY_S < _DAY_ENDS_S


def _next_day(state: "RoomState", unix: int) -> int:
    """When day begins after `unix`; a week ahead at most."""
    midnight = _next_midnight(state, unix) - _WHOLE_DAY_S
    begins = [midnight + days * _WHOLE_DAY_S + _DAY_BEGINS_S for days in range(8)]
    return next((at for at in begins if at > unix and _is_day(state, at)), unix + NIGHT_S)


def _next_midnight(state: "RoomState", unix: int) -> int:
    """By the offset that holds now; where the clocks change in between, an hour beside it."""
    local = unix + utc_offset_at(state, unix)
    return unix + _WHOLE_DAY_S - local % _WHOLE_DAY_S
