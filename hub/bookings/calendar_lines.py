"""An iCalendar file as blocks of lines (RFC 5545, section 3.1): one broken event must not take the others along.

Only what an import reads is kept. Nothing here raises for what stands inside a calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

EVENT, TIME_ZONE = "VEVENT", "VTIMEZONE"

_WANTED = {
    *("UID", "SUMMARY", "LOCATION", "DTSTART", "DTEND", "DURATION", "STATUS", "TRANSP", "CLASS", "ORGANIZER"),
    *("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"),
}
_NAME = re.compile(rb"\s*([A-Za-z0-9-]+)\s*[;:]")


class NotACalendar(ValueError):
    """Raised when a file is something else than iCalendar; the text says what, and what to do."""


@dataclass(slots=True)
class Block:
    """An event or a time zone: where it begins in the file, and its lines unfolded.

    An event has only its own properties that an import reads, none of its alarms'. `ended` is False where
    the file leaves out its END.
    """

    kind: str
    number: int
    lines: list[bytes] = field(default_factory=list)
    ended: bool = False


@dataclass(slots=True)
class Blocks:
    """`cut_off`: the file has no END:VCALENDAR."""

    found: list[Block]
    lines: int
    cut_off: bool


def split(raw: bytes) -> Blocks:
    """Every event and time zone in the file. Raises NotACalendar."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise NotACalendar("it is UTF-16; save it as UTF-8")
    physical = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    lines = _unfolded(physical)
    _, first = next(((number, line) for number, line in lines if line.strip()), (0, b""))
    if first.strip().upper() != b"BEGIN:VCALENDAR":
        raise NotACalendar("it does not begin with BEGIN:VCALENDAR; export the calendar as iCalendar (.ics)")
    found, cut_off = _collect(lines)
    return Blocks(found, len(physical) - (not physical[-1]), cut_off)


def _unfolded(physical: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines with their continuations, joined as bytes: a fold may fall inside a character."""
    number, parts = 1, [physical[0]]
    for here, line in enumerate(physical[1:], start=2):
        if line[:1] in {b" ", b"\t"}:
            parts.append(line[1:])
        else:
            yield number, b"".join(parts)
            number, parts = here, [line]
    yield number, b"".join(parts)


def _collect(lines: Iterator[tuple[int, bytes]]) -> tuple[list[Block], bool]:
    """END:VEVENT, END:VCALENDAR and the next BEGIN:VEVENT end an event, whatever else is still open in it."""
    found: list[Block] = []
    block: Block | None = None
    nested = 0
    cut_off = True
    for number, line in lines:
        name = _NAME.match(line)
        word = name.group(1).upper().decode() if name else ""
        kind = (
            line.partition(b":")[2].strip().upper().decode("ascii", "replace")
            if word in {"BEGIN", "END"}
            else ""
        )
        if kind == "VCALENDAR":
            block, cut_off = None, word == "BEGIN"
        elif kind in {EVENT, TIME_ZONE}:
            if word == "BEGIN":
                block, nested = Block(kind, number), 0
                found.append(block)
            elif block is not None:
                block.ended, block = True, None
        elif block is not None:
            nested = max(0, nested + {"BEGIN": 1, "END": -1}.get(word, 0))
            if block.kind == TIME_ZONE or (not nested and word in _WANTED):
                block.lines.append(line)
    return found, cut_off
