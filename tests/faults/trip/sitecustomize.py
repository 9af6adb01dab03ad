"""Loaded by a hub that a fault test starts: it dies at the statement that it is told, and its clock can be set.

`CIRCLETIME_TRIP` is a folder. A file `die-PORT` there holds after how many further SQL statements the hub kills itself, a
file `clock` how many seconds its wall clock is ahead.
"""

import os
import signal
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from hub.clock import WallClock

FOLDER = Path(os.environ["CIRCLETIME_TRIP"])
die = FOLDER / f"die-{os.environ.get('CIRCLETIME_PORT')}"
clock = FOLDER / "clock"
passed = count(1)
now = WallClock.now


def look(*_):
    if die.exists() and next(passed) >= int(die.read_text()):
        die.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def tripped_now(self):
    ahead_s = int(clock.read_text() or 0) if clock.exists() else 0
    return now(self) + timedelta(seconds=ahead_s)


for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
    event.listen(Engine, moment, look)
WallClock.now = tripped_now
