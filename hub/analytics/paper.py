"""A report on paper: its chart, its numbers to the last digit, and what they mean, with a number on each page.

Latin, Greek and Cyrillic are set in fonts that come with the hub; other scripts where the machine has Noto's.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from hub.analytics.export import Table, table

FONTS = Path(__file__).parents[1] / "fonts"
FALLBACK = ("atkinson-hyperlegible-next-latin-ext", "commissioner-greek", "commissioner-cyrillic")
NOTO = ("Hebrew", "Arabic", "Devanagari", "Bengali", "Tamil", "Thai", "Armenian", "Georgian")
CJK = "NotoSansCJK-Regular.ttc"
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
INK, QUIET, RULE, BAR = (32, 33, 31), (93, 90, 82), (214, 208, 196), (28, 107, 87)
TITLES = {
    "kpis": "Key figures",
    "utilization": "Utilization",
    "ghosting": "No-shows",
    "capacity": "Seats and people",
    "heatmap": "Day by hour",
    "trends": "Trend",
    "comparison": "Rooms side by side",
    "peak": "Rooms in use at once",
}
CHARTED = {
    "kpis": "usedUtilization",
    "utilization": "usedUtilization",
    "ghosting": "ghostRate",
    "capacity": "seatFill",
    "trends": "value",
    "comparison": "usedUtilization",
    "peak": "peakRooms",
}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COLUMNS = 7
"""Of numbers, side by side."""
MOST_BARS = 60


class _Sheet(FPDF):
    """A4 across, with the page's number at the foot."""

    def __init__(self, told: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.told = told
        for style, weight in (("", 400), ("B", 700)):
            self.add_font("text", style, FONTS / f"atkinson-hyperlegible-next-latin-{weight}.ttf")
            for name in FALLBACK:
                self.add_font(name, style, FONTS / f"{name}-{weight}.ttf")
        further = [f"noto-{number}" for number, _ in enumerate(_noto())]
        for name, path in zip(further, _noto(), strict=True):
            self.add_font(name, "", path)
        self.set_fallback_fonts([*FALLBACK, *further], exact_match=False)
        self.set_text_shaping(use_shaping_engine=True)
        self.set_auto_page_break(auto=True, margin=16)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("text", size=8)
        self.set_text_color(*QUIET)
        self.cell(0, 6, self.told)
        self.set_x(self.l_margin)
        self.cell(0, 6, f"Page {self.page_no()} of {{nb}}", align="R")


@cache
def _noto() -> tuple[Path, ...]:
    """Those that this machine has."""
    wanted = [*(f"NotoSans{script}-Regular.ttf" for script in NOTO), CJK]
    found = (next(iter(folder.rglob(name)), None) for folder in FOLDERS for name in wanted)
    return tuple(path for path in found if path is not None)


def as_pdf(report: Any) -> bytes:
    """The report as PDF."""
    found = table(report)
    sheet = _Sheet(f"Circle Time, definitions {report.definitions_version}")
    sheet.set_title(f"{TITLES[report.report]}, {report.from_} to {report.to}")
    sheet.add_page()
    _heading(sheet, report)
    if report.report == "heatmap":
        _heat(sheet, found)
    elif found.cells:
        _bars(sheet, found, CHARTED[report.report])
    _numbers(sheet, found)
    _definitions(sheet, report.definitions)
    return bytes(sheet.output())


def _line(sheet: FPDF, words: str, size: float, *, bold: bool = False, quiet: bool = False) -> None:
    sheet.set_font("text", "B" if bold else "", size)
    sheet.set_text_color(*(QUIET if quiet else INK))
    sheet.multi_cell(0, size * 0.5, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _heading(sheet: FPDF, report: Any) -> None:
    _line(sheet, TITLES[report.report], 22, bold=True)
    sheet.ln(1)
    narrowed = [f"department {report.department}"] if report.department else []
    about = f"{report.from_} up to, not including, {report.to}. As of {report.as_of:%Y-%m-%d %H:%M} UTC."
    _line(sheet, " ".join([about, *narrowed]), 10, quiet=True)
    sheet.ln(4)


def _label(found: Table, row: list[str]) -> str:
    named = dict(zip(found.columns, row, strict=True))
    for name in ("roomName", "department", "from", "date"):
        if named.get(name):
            return named[name]
    if "weekday" in named:
        return f"{WEEKDAYS[int(named['weekday']) - 1]} {int(named['hour']):02}:00"
    return "No department" if "department" in named else "All"


def _bars(sheet: FPDF, found: Table, name: str) -> None:
    """One for each row, labelled with the number that it is."""
    at = found.columns.index(name)
    rows = found.cells[:MOST_BARS]
    most = max([float(row[at]) for row in rows if row[at]], default=0) or 1
    _line(sheet, name, 11, bold=True)
    sheet.ln(1)
    for row in rows:
        if sheet.will_page_break(6):
            sheet.add_page()
        y = sheet.get_y()
        sheet.set_font("text", size=8)
        sheet.set_text_color(*INK)
        sheet.cell(48, 5, _fitting(sheet, _label(found, row), 46))
        width = 160 * float(row[at]) / most if row[at] else 0
        sheet.set_fill_color(*BAR)
        sheet.rect(60, y + 0.8, max(width, 0.2), 3.4, style="F")
        sheet.set_xy(62 + width, y)
        sheet.cell(50, 5, row[at] or "nothing to divide by", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    if len(found.cells) > MOST_BARS:
        _line(
            sheet,
            f"The first {MOST_BARS} of {len(found.cells)}; all of them are in the table.",
            8,
            quiet=True,
        )
    sheet.ln(4)


def _fitting(sheet: FPDF, words: str, width: float) -> str:
    while sheet.get_string_width(words) > width:
        words = words[:-2].rstrip() + "…"
    return words


def _heat(sheet: FPDF, found: Table) -> None:
    """Used utilization in percent, as number and as shade."""
    at = {name: number for number, name in enumerate(found.columns)}
    cells = {(row[at["weekday"]], row[at["hour"]]): row[at["usedUtilization"]] for row in found.cells}
    hours = sorted({int(hour) for _, hour in cells})
    _line(sheet, "usedUtilization, in percent", 11, bold=True)
    for heading in [None, *range(1, 8)]:
        sheet.set_font("text", "B", 8)
        sheet.set_text_color(*INK)
        sheet.cell(14, 7, "" if heading is None else WEEKDAYS[heading - 1])
        for hour in hours:
            value = "" if heading is None else cells.get((str(heading), str(hour)), "")
            share = min(float(value), 1.0) if value else 0.0
            sheet.set_fill_color(*(round(255 - (255 - part) * share) for part in BAR))
            sheet.set_text_color(*((255, 255, 255) if share > 0.55 else INK))
            words = f"{hour:02}" if heading is None else f"{float(value):.0%}" if value else ""
            sheet.cell(10.4, 7, words, align="C", fill=bool(value))
        sheet.ln(7)
    sheet.ln(4)


def _numbers(sheet: FPDF, found: Table) -> None:
    """Every number, some columns at a time, each time with what the row is about."""
    about = [_label(found, row) for row in found.cells]
    numbers = [at for at, name in enumerate(found.columns) if not name.endswith("Name")]
    sheet.set_draw_color(*RULE)
    for start in range(0, len(numbers), COLUMNS):
        some = numbers[start : start + COLUMNS]
        sheet.set_font("text", size=7)
        sheet.set_text_color(*INK)
        with sheet.table(
            headings_style=FontFace(emphasis="BOLD"),
            borders_layout="HORIZONTAL_LINES",
            line_height=4.2,
            col_widths=(46, *[33] * len(some)),
            width=min(277, 46 + 33 * len(some)),
            align="LEFT",
            text_align=("LEFT", *["RIGHT"] * len(some)),
        ) as grid:
            grid.row(["", *(found.columns[at] for at in some)])
            for label, row in zip(about, found.cells, strict=True):
                grid.row([label, *(row[at] for at in some)])
        sheet.ln(4)


def _definitions(sheet: FPDF, definitions: dict[str, str]) -> None:
    if sheet.will_page_break(40):
        sheet.add_page()
    _line(sheet, "What the numbers mean", 14, bold=True)
    for name, sentence in definitions.items():
        sheet.ln(1.5)
        _line(sheet, name, 9, bold=True)
        _line(sheet, sentence, 9)
