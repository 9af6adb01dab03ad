"""Milliseconds since boot. They wrap (after 12 days on a board), so only differences mean anything."""

import time


def now_ms() -> int:
    return time.ticks_ms()  # type: ignore[attr-defined,no-any-return]


def since_ms(earlier: int) -> int:
    """Milliseconds from `earlier` until now: right for up to half the wrap, six days on a board."""
    return time.ticks_diff(time.ticks_ms(), earlier)  # type: ignore[attr-defined,no-any-return]


def later(ticks: int, ms: int) -> int:
    return time.ticks_add(ticks, ms)  # type: ignore[attr-defined,no-any-return]
