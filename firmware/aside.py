"""A screen beside the room's own, opened by a key: until it is closed, or nobody has pressed a key for a while."""

from firmware import rare, ticks
from firmware.command_outbox import new_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared.panel_request import FreeRoom, Reply

PATIENCE_MS = 30000


class Aside:
    """`screen` is its name, "" for none; `rooms` are those that the hub has named, None until it has."""

    def __init__(self) -> None:
        self.rooms: list[FreeRoom] | None = None
        self._asked_id = ""
        self.close()

    def open(self, action: str) -> None:
        """By a key's action: the screen's name, and after a colon its page."""
        self.screen, _, page = action.partition(":")
        self.page = int(page or 0)
        self._ticks = ticks.now_ms()

    def close(self) -> None:
        self.screen = ""
        self.page = 0

    def left_ms(self) -> int:
        """For how long it is still shown; closes it when that is over."""
        left = PATIENCE_MS - ticks.since_ms(self._ticks) if self.screen else 0
        if left <= 0:
            self.close()
        return max(0, left)

    def question(self) -> str:
        """What to ask the hub for `rooms`."""
        self.rooms, self._asked_id = None, new_id()
        asked: str = rare.load("shared.panel_request").request(self._asked_id)
        return asked

    def take(self, reply: "Reply") -> None:
        """A late answer to an earlier question is none."""
        if reply["id"] == self._asked_id:
            self.rooms = reply["rooms"]
