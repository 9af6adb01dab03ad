"""The firmware's end of what boot.py does: says that it has come up, and hands over to the other slot."""

import json

from firmware import flash_file, ticks

FILE = "slots.json"
TRIES = 3

TRIAL_MS = 10 * 60 * 1000
"""How long a new firmware may take until the hub has welcomed it."""


class Slots:
    """`state` is `ok`, `new` until this firmware has come up for the first time, or `back` where a new one did not."""

    def __init__(self) -> None:
        self.slot, self.other, self.state = "a", None, "ok"
        self._left = TRIES
        try:
            told = json.loads(flash_file.read(FILE, 256))
            self.slot, self.other = str(told["slot"]), told.get("other")
            self.state, self._left = str(told.get("state", "ok")), int(told.get("left", TRIES))
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ):  # the installer has not written it, or wear has
            pass
        self._started = ticks.now_ms()

    def came_up(self, heard: bool) -> bool:  # noqa: FBT001
        """The picture is on the glass, and the hub has been `heard` or not. True once nothing more is awaited.

        A new firmware has come up once the hub has welcomed it; one that was good before, with its first picture.
        """
        if self.state == "new" and not heard:
            return False
        if self._left < TRIES or self.state != "ok":
            self._left, self.state = TRIES, "ok"
            self._write()
        return True

    @property
    def overdue(self) -> bool:
        return self.state == "new" and ticks.since_ms(self._started) > TRIAL_MS

    def no_way_back(self) -> None:
        """Before the other slot is changed: from now on it is nothing to go back to."""
        if self.other is not None:
            self.other = None
            self._write()

    def hand_over(self, slot: str) -> None:
        """The next start is that slot's, and it has to come up."""
        self.slot, self.other, self.state, self._left = slot, self.slot, "new", TRIES
        self._write()

    def try_again(self) -> None:
        """One start more for a firmware that did not come up."""
        self._left = 1
        self._write()

    def _write(self) -> None:
        told = {"slot": self.slot, "left": self._left, "other": self.other, "state": self.state}
        flash_file.replace(FILE, json.dumps(told))
