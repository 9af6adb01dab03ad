"""How full a lithium cell is, by its voltage at light load."""

_CURVE = ((3300, 0), (3500, 5), (3650, 20), (3750, 40), (3850, 60), (4000, 80), (4150, 100))
"""Millivolts and percent, a typical LiCoO2 cell at rest; between them a line. Good for a warning, not for a meter."""


def percent(mv: int) -> int:
    if mv <= _CURVE[0][0]:
        return 0
    for (low_mv, low), (high_mv, high) in zip(_CURVE, _CURVE[1:]):  # noqa: B905, RUF007  MicroPython's zip
        if mv <= high_mv:
            return low + (high - low) * (mv - low_mv) // (high_mv - low_mv)
    return 100
