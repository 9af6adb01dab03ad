"""Charts on a sheet of paper, each number with what it is of: bars, columns over time, and day by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from hub.analytics.typefaces import TEXT

INK, QUIET, RULE, BAR, PALE = (32, 33, 31), (93, 90, 82), (214, 208, 196), (28, 107, 87), (196, 214, 206)
WHITE = (255, 255, 255)
LEFT, WIDTH = 10.0, 277.0
"""Of an A4 sheet across, in millimetres."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a chart shows of a row: `told` is the number in words; a value of None has no length."""

    label: str
    value: float | None
    told: str


def bars(sheet: FPDF, marks: Sequence[Mark]) -> None:
    """One below the other, each with its number at its end."""
    most = max((one.value or 0 for one in marks), default=0) or 1
    for one in marks:
        if sheet.will_page_break(6):
            sheet.add_page()
        y = sheet.get_y()
        _pen(sheet, 8.5)
        sheet.cell(52, 5.4, fitting(sheet, one.label, 50))
        length = 180 * (one.value or 0) / most
        sheet.set_fill_color(*BAR)
        sheet.rect(64, y + 0.8, max(length, 0.3), 3.8, style="F")
        sheet.set_xy(66 + length, y)
        _pen(sheet, 8.5, QUIET if one.value is None else INK)
        sheet.cell(40, 5.4, one.told, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(4)


def columns(sheet: FPDF, marks: Sequence[Mark], before: Sequence[Mark] = ()) -> None:
    """Side by side, as time goes; `before` stands pale behind, place by place."""
    height, top = 56.0, sheet.get_y() + 6
    count = max(len(marks), len(before), 1)
    step = min(WIDTH / count, 40.0)
    most = max((one.value or 0 for one in (*marks, *before)), default=0) or 1
    for number in range(count):
        x = LEFT + number * step
        for some, colour, inset in ((before, PALE, 0.08), (marks, BAR, 0.24)):
            if number < len(some):
                tall = height * (some[number].value or 0) / most
                sheet.set_fill_color(*colour)
                sheet.rect(
                    x + step * inset, top + height - tall, step * (1 - 2 * inset), max(tall, 0.2), style="F"
                )
    sheet.set_draw_color(*RULE)
    sheet.line(LEFT, top + height, LEFT + count * step, top + height)
    _labels(sheet, marks, step, top, height, most)
    sheet.set_xy(LEFT, top + height + 12)


def _labels(sheet: FPDF, marks: Sequence[Mark], step: float, top: float, height: float, most: float) -> None:
    """As many as there is room for."""
    every = max(1, round(22 / step + 0.49))
    for number in range(0, len(marks), every):
        one, x = marks[number], LEFT + number * step
        wide = step * every if every > 1 else step
        at = "L" if every > 1 else "C"
        _pen(sheet, 7.5, QUIET)
        sheet.set_xy(x, top + height + 1)
        sheet.cell(wide, 4, fitting(sheet, one.label, wide - 1), align=at)
        _pen(sheet, 7.5)
        sheet.set_xy(x, top + height * (1 - (one.value or 0) / most) - 4.6)
        sheet.cell(wide, 4, fitting(sheet, one.told, wide - 1), align=at)


def heat(sheet: FPDF, weekdays: Sequence[str], cells: dict[tuple[int, int], Mark]) -> None:
    """Each cell has its number and a shade of it; `cells` by ISO weekday and hour."""
    hours = sorted({hour for _, hour in cells})
    wide = min(13.0, (WIDTH - 20) / max(len(hours), 1))
    sheet.set_font(TEXT, "B", 8)
    sheet.set_text_color(*INK)
    sheet.cell(20, 7, "")
    for hour in hours:
        sheet.cell(wide, 7, f"{hour:02}", align="C")
    sheet.ln(7)
    for weekday, name in enumerate(weekdays, 1):
        _pen(sheet, 8, bold=True)
        sheet.cell(20, 7.6, name)
        for hour in hours:
            _cell(sheet, wide, cells.get((weekday, hour)))
        sheet.ln(8)
    sheet.ln(4)


def _cell(sheet: FPDF, wide: float, one: Mark | None) -> None:
    x, y = sheet.get_x(), sheet.get_y()
    if one is not None and one.value is not None:
        share = min(one.value, 1.0)
        sheet.set_fill_color(
            *(round(high - (high - low) * share) for high, low in zip((238, 244, 241), BAR, strict=True))
        )
        sheet.rect(x, y, wide - 0.4, 7.6, style="F")
        _pen(sheet, 8, WHITE if share > 0.5 else INK)
        sheet.cell(wide - 0.4, 7.6, one.told, align="C")
    sheet.set_xy(x + wide, y)


def _pen(sheet: FPDF, size: float, colour: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
    sheet.set_font(TEXT, "B" if bold else "", size)
    sheet.set_text_color(*colour)


def fitting(sheet: FPDF, words: str, width: float) -> str:
    """The words, cut where they are wider than that."""
    if sheet.get_string_width(words) <= width:
        return words
    low, high = 0, len(words)
    while high - low > 1:
        middle = (low + high) // 2
        wide = sheet.get_string_width(words[:middle].rstrip() + "…")
        low, high = (middle, high) if wide <= width else (low, middle)
    return words[:low].rstrip() + "…"
