"""A PIN entered with three keys; loaded when a room asks for one, and let go with it.

The first key is 1 to 3, the middle one 4 to 6, the right one the rest; a second press says which, as it says on
the key. The presses mean the same whatever the glass shows yet: e-ink is slower than fingers that know the way.
Right, right, right is OK; so a digit takes 2.3 presses on the average, and a PIN of four about twelve.
"""

from firmware import ticks
from shared.panel_command import PIN_LEAST, PIN_MOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.screens.keys import Keys

PATIENCE_MS = 60000
"""Whoever has pressed nothing for so long has left."""

OK, CANCEL, _ERASE = "ok", "cancel", "erase"

_LABELS = {
    "": ("1  2  3", "4  5  6", "7  8  9  0  OK"),
    "0": ("1", "2", "3"),
    "1": ("4", "5", "6"),
    "2": ("7", "8  9  0", "Erase  OK"),
    "21": ("8", "9", "0"),
    "22": ("Erase", "Cancel", "OK"),
}
_MEANING = {"220": _ERASE, "221": CANCEL, "222": OK}


class PinEntry:
    """For the command `action` with its `details`; `asked_id` is the command's that took the digits to the hub."""

    def __init__(self, action: str, details: "dict[str, str | int]") -> None:
        self.action = action
        self.details = details
        self.asked_id: str | None = None
        self.count = 0
        self._digits = bytearray(PIN_MOST)
        self._path = ""
        self._ticks = ticks.now_ms()

    def left_ms(self) -> int:
        """How long it still waits for a press."""
        return PATIENCE_MS - ticks.since_ms(self._ticks)

    def keys(self) -> "Keys":
        """What the three keys say; none, while the hub is asked."""
        labels = ("", "", "") if self.asked_id else _LABELS[self._path]
        enough = self._path != "22" or self.count >= PIN_LEAST
        return (labels[0], "pin:0", True), (labels[1], "pin:1", True), (labels[2], "pin:2", enough)

    def press(self, key: int) -> "str | None":
        """OK or CANCEL, where the press says so; OK only once there are digits enough."""
        self._ticks = ticks.now_ms()
        if self.asked_id:
            return None
        path = self._path + str(key)
        if path in _LABELS:
            self._path = path
            return None
        self._path = ""
        meaning = _MEANING.get(path)
        if meaning == _ERASE:
            self.count = max(0, self.count - 1)
        elif meaning is None and self.count < PIN_MOST:
            self._digits[self.count] = ord(_LABELS[path[:-1]][key])
            self.count += 1
        elif meaning == OK and self.count < PIN_LEAST:
            return None
        return meaning if meaning in (OK, CANCEL) else None

    def take(self) -> str:
        """The digits, which are forgotten here."""
        pin = bytes(self._digits[: self.count]).decode()
        self.forget()
        return pin

    def forget(self) -> None:
        """From the first digit anew."""
        for at in range(PIN_MOST):
            self._digits[at] = 0
        self.count = 0
        self._path = ""
        self.asked_id = None
        self._ticks = ticks.now_ms()
