"""What the panel uses of MicroPython's `machine`, where the board is a process."""

import sys

RESET_STATUS = 75
"""The exit status that asks whoever started this panel to start it again: what a reset does to a board."""


def reset() -> None:
    sys.exit(RESET_STATUS)
