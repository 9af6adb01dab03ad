"""The last RoomState, in memory and in flash: what the panel shows with or without a network."""

import gc
import json

from firmware import flash_file
from shared import room_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.room_state import RoomState

PATH = "state.json"
INCOMING = flash_file.beside(PATH)


class StateCache:
    """Holds one RoomState, of the room that the panel stands beside, and never goes back to an older one."""

    def __init__(self, room_id: "str | None") -> None:
        """Takes up what the flash holds, if it is whole and of this room.

        `let_go` is called when nobody may keep `state` or a piece of it: the heap has no room for two.
        """
        self.let_go: Callable[[], None] = _nothing
        self.state: RoomState | None = None
        self._age = (0, 0)
        self._room_id = room_id
        self._recall()

    @property
    def revision(self) -> int:
        """The revision to tell the hub: 0 asks for the state whatever it is."""
        return self._age[0]

    def take(self) -> bool:
        """Takes the RoomState that was written to `INCOMING`, if it is newer than the one held; True if it was.

        Of one revision, the later published is newer. Raises ValueError for what is no state of this room,
        MemoryError for what is too much of one; the state held is then the one from before.
        """
        age, self.state = self._age, None
        self.let_go()
        try:
            self._hold(_read(INCOMING, self._room_id))
        except (ValueError, MemoryError):
            self._recall()
            raise
        if self._age <= age:
            self._recall()
            self._age = age
            return False
        flash_file.put_in_place(PATH)
        return True

    def follow_hub_back(self) -> None:
        """The hub itself says that its revision is lower than ours, as after a restored backup: the next
        state is taken whatever its revision, and `revision` asks for it. Until then the old one stays."""
        self._age = (0, 0)

    def move(self, room_id: "str | None") -> None:
        """The panel stands beside another door, or its room is gone: what was true there is forgotten."""
        self._room_id = room_id
        self.state = None
        self._age = (0, 0)
        flash_file.remove(PATH)

    def _hold(self, state: "RoomState") -> None:
        self.state = state
        self._age = (state["revision"], state["publishedUnix"])

    def _recall(self) -> None:
        try:
            self._hold(_read(PATH, self._room_id))
        except (OSError, ValueError, MemoryError) as error:
            print("no state in flash:", error)


def _read(path: str, room_id: "str | None") -> "RoomState":
    gc.collect()
    with open(path, "rb") as file:
        found = room_state.check(json.load(file))
    if found["room"]["id"] != room_id:
        raise ValueError("the state of another room")
    return found


def _nothing() -> None:
    pass
