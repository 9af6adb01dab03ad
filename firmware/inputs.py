"""Key presses, from a board's buttons or from a simulated finger: both take this way in."""

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEYS = 3
_MOST = 16


class Inputs:
    """Holds the presses, in order, until the panel has time for them; past the sixteenth, they are no presses."""

    def __init__(self) -> None:
        self._keys = bytearray(_MOST)
        self._pressed = 0  # changed by `press` alone, which may come in between anywhere
        self._taken = 0  # changed by `pressed` alone
        self._flag: Any = asyncio.ThreadSafeFlag()  # type: ignore[attr-defined]

    def press(self, key: int) -> None:
        """Safe in an interrupt: allocates nothing. A key that this panel does not have is no press."""
        if 0 <= key < KEYS and (self._pressed - self._taken) % (2 * _MOST) < _MOST:
            self._keys[self._pressed % _MOST] = key
            self._pressed = (self._pressed + 1) % (2 * _MOST)
            self._flag.set()

    @property
    def waiting(self) -> bool:
        """Whether there is a press that nobody has asked for yet."""
        return self._pressed != self._taken

    async def pressed(self) -> "list[int]":
        """Waits for a press; the keys pressed since last asked."""
        await self._flag.wait()
        return self.take()

    def take(self) -> "list[int]":
        """The keys pressed since last asked, in order."""
        found = []
        while self._taken != self._pressed:
            found.append(self._keys[self._taken % _MOST])
            self._taken = (self._taken + 1) % (2 * _MOST)
        return found
