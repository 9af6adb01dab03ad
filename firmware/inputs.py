"""Key presses, from a board's buttons or from a simulated finger: both take this way in."""

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEYS = 3


class Inputs:
    """Holds at most one press of each key until the panel has time for it."""

    def __init__(self) -> None:
        self._waiting = 0
        self._flag: Any = asyncio.ThreadSafeFlag()  # type: ignore[attr-defined]

    def press(self, key: int) -> None:
        """Safe in an interrupt: allocates nothing. A key that this panel does not have is no press."""
        if 0 <= key < KEYS:
            self._waiting |= 1 << key
            self._flag.set()

    @property
    def waiting(self) -> bool:
        """Whether there is a press that nobody has asked for yet."""
        return self._waiting != 0

    async def pressed(self) -> "list[int]":
        """Waits for a press; the keys pressed since last asked."""
        await self._flag.wait()
        waiting, self._waiting = self._waiting, 0
        return [key for key in range(KEYS) if waiting >> key & 1]
