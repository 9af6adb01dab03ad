"""The last RoomState, in memory and in flash: what the panel shows with or without a network."""

import gc
import json

from firmware import flash_file
from shared import room_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared.room_state import RoomState

PATH = "state.json"
INCOMING = flash_file.beside(PATH)


class StateCache:
    """Holds one RoomState, of the room that the panel stands beside, and never goes back to an older one."""

    def __init__(self, room_id: "str | None") -> None:
        """Takes up what the flash holds, if it is whole and of this room."""
        self.state: RoomState | None = None
        self._room_id = room_id
        self._refuse_below = 0
        try:
            self._hold(self._checked(PATH))
        except (OSError, ValueError, MemoryError):  # no such file, or none of ours
            pass

    @property
    def revision(self) -> int:
        """The revision to tell the hub: 0 asks for the state whatever it is."""
        return self._refuse_below

    def take(self) -> bool:
        """Takes the RoomState that was written to `INCOMING`, if it is newer than the one held; True if it was.

        Of one revision, the later published is newer. Raises ValueError for what is no state of this room,
        MemoryError for what is too much of one.
        """
        offered = self._checked(INCOMING)
        held = self.state
        if offered["revision"] < self._refuse_below:
            return False
        if (
            held
            and offered["revision"] == held["revision"]
            and offered["publishedUnix"] <= held["publishedUnix"]
        ):
            return False
        self._hold(offered)
        flash_file.put_in_place(PATH)
        return True

    def follow_hub_back(self) -> None:
        """The hub itself says that its revision is lower than ours, as after a restored backup: the next
        state is taken whatever its revision, and `revision` asks for it. Until then the old one stays."""
        self._refuse_below = 0

    def move(self, room_id: "str | None") -> None:
        """The panel stands beside another door, or its room is gone: what was true there is forgotten."""
        self._room_id = room_id
        self.state = None
        self._refuse_below = 0
        flash_file.remove(PATH)

    def _hold(self, state: "RoomState") -> None:
        self.state = state
        self._refuse_below = state["revision"]

    def _checked(self, path: str) -> "RoomState":
        gc.collect()
        with open(path, "rb") as file:
            found = room_state.check(json.load(file))
        if found["room"]["id"] != self._room_id:
            raise ValueError("the state of another room")
        return found
