"""Displays, one file per controller. What each has:

- `caps`, the refreshes that it knows;
- `init()` wakes it: what it showed before is forgotten;
- `async show(rows, rect, mode)` puts a part of the picture on the glass and returns when it is there.
  `rows(first_row)` gives the dots of STRIP_ROWS rows as `shared.panel_screen` has them, from a multiple of it on,
  good until it is called again: nothing may be awaited meanwhile. `rect` is `(x, y, width, height)`. Raises
  DisplayStuck;
- `async sleep()`, after which it takes no power to speak of until `init()`, or a `show()`.
"""

FULL = "full"
"""Every dot goes through black and white: the longest, and it leaves no ghost."""

FAST = "fast"
"""The whole glass, in a shorter waveform."""

PARTIAL = "partial"
"""Only dots that change are driven: no flash, but ghosts add up."""


class DisplayStuck(Exception):
    """Raised when the controller stays busy for longer than any refresh takes: a loose cable, or a broken display.

    The next `show` begins with a reset of the controller.
    """
