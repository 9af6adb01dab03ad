"""The RoomState as it will be once the hub has our commands: what the glass shows meanwhile, marked pending."""

from shared import panel_command, room_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.panel_command import PanelCommand
    from shared.room_state import Meeting, RoomState


def expected(state: "RoomState", commands: "Iterable[PanelCommand]") -> "RoomState":
    """`state` with the check-ins and ends among `commands` applied; `state` itself where there are none.

    What waits with a PIN is not expected: it may be the wrong one. Neither `state` nor a meeting in it is changed. Only the timeline of the answer is to be relied on.
    """
    sure = [c for c in commands if "pin" not in c]
    checked_in = [c["bookingId"] for c in sure if c["action"] == panel_command.CHECK_IN]
    ended = [c["bookingId"] for c in sure if c["action"] == panel_command.END]
    if not checked_in and not ended:
        return state
    meetings = [
        _checked_in(meeting) if meeting["id"] in checked_in else meeting
        for meeting in room_state.timeline(state)
        if meeting["id"] not in ended
    ]
    found = state.copy()
    found["current"] = found["next"] = None
    found["upcoming"] = meetings
    return found


def _checked_in(meeting: "Meeting") -> "Meeting":
    found = meeting.copy()
    found["status"] = room_state.CHECKED_IN
    return found
