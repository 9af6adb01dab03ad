"""A report on paper: its chart, its numbers to the last digit, and what they mean, with a number on each page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from hub.analytics import charts
from hub.analytics.charts import INK, LEFT, QUIET, RULE, WIDTH, Mark
from hub.analytics.export import Table, table
from hub.analytics.records import Report
from hub.analytics.typefaces import TEXT, set_faces
from hub.analytics.wording import Wording, wording

CHARTED = {
    "utilization": "usedUtilization",
    "ghosting": "ghosts",
    "capacity": "seatFill",
    "trends": "value",
    "comparison": "usedUtilization",
    "peak": "peakRooms",
    "heatmap": "usedUtilization",
}
"""The number that a report's chart is of. The key figures are charted themselves, those of a share."""
SHARES = ("Utilization", "Rate", "Fill", "Coverage")
BESIDE = {"ghosting": ("offenders", "series"), "trends": ("previous_items",), "kpis": ("previous_items",)}
"""Lists of a report beside its items."""
LABELS = ("roomName", "organizerName", "title", "department", "from", "date")
NOT_NUMBERS = {*LABELS, "floorName", "buildingName", "removed", "weekday", "hour"}
LABEL, NUMBER, LINE = 58.0, 43.8, 4.4
COLUMNS = 5
"""Of numbers side by side: seventeen digits are wide."""
MOST_BARS = 40


class _Sheet(FPDF):
    """A4 across, with the page's number at the foot."""

    def __init__(self, speech: Wording, version: str, words: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.speech, self.version = speech, version
        set_faces(self, words + "".join(speech.words.values()) + "…0123456789")
        self.set_text_shaping(use_shaping_engine=True)
        self.set_auto_page_break(auto=True, margin=16)
        self.set_margin(LEFT)
        self.set_creator("Circle Time")
        self.set_lang(speech.language)

    def _render_styled_text_line(self, *given: Any, **named: Any) -> Any:
        """fpdf2 2.8.9 leaves the fallback font set after a line that needed one: the next would be written in it."""
        font = self.current_font
        try:
            return super()._render_styled_text_line(*given, **named)
        finally:
            self.current_font, self.current_font_is_set_on_page = font, False

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(TEXT, size=8)
        self.set_text_color(*QUIET)
        self.cell(0, 6, self.speech.say("version", version=self.version))
        self.set_x(self.l_margin)
        self.cell(0, 6, self.speech.say("page", page=self.page_no(), pages="{nb}"), align="R")


def as_pdf(reports: Sequence[Report], language: str | None = None) -> bytes:
    """The reports one after the other, and each number's meaning once, at the end. Those are in English: they are the
    words that go with the numbers everywhere."""
    speech = wording(language)
    sheet = _Sheet(speech, reports[0].definitions_version, _letters(reports))
    first = reports[0]
    sheet.set_title(f"{speech.titles[first.report]}, {first.from_} / {first.to}")
    for report in reports:
        sheet.add_page()
        _heading(sheet, speech, report)
        _told(sheet, speech, report)
    _definitions(sheet, speech, reports)
    return bytes(sheet.output())


def _letters(reports: Sequence[Report]) -> str:
    """Every one that may have to be written."""
    parts = [table(one, part) for one in reports for part in ("items", *BESIDE.get(one.report, ()))]
    cells = [cell for part in parts for row in part.cells for cell in row]
    return "".join({letter for words in cells for letter in words}) + "".join(
        one.department or "" for one in reports
    )


def _told(sheet: FPDF, speech: Wording, report: Report) -> None:
    found = table(report)
    if not found.cells:
        _line(sheet, speech.say("noRows"), 11)
        return
    _chart(sheet, speech, report, found)
    if report.report in {"kpis", "comparison"}:
        _side_by_side(sheet, speech, report, found)
        return
    _numbers(sheet, speech, found)
    for part in BESIDE.get(report.report, ()):
        further = table(report, part)
        if further.cells:
            heading = {"offenders": speech.fields["offenders"], "series": speech.say("series")}
            _line(sheet, heading.get(part, speech.fields["previous"]), 13, bold=True)
            _numbers(sheet, speech, further)


def _line(sheet: FPDF, words: str, size: float, *, bold: bool = False, quiet: bool = False) -> None:
    sheet.set_font(TEXT, "B" if bold else "", size)
    sheet.set_text_color(*(QUIET if quiet else INK))
    sheet.multi_cell(0, size * 0.5, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _heading(sheet: FPDF, speech: Wording, report: Report) -> None:
    _line(sheet, speech.titles[report.report], 22, bold=True)
    sheet.ln(1)
    moment = f"{report.as_of:%Y-%m-%d %H:%M}"
    about = speech.say("asOf", **{"from": report.from_, "to": report.to, "moment": moment})
    whose = "" if report.department is None else speech.say("inDepartment", department=report.department)
    _line(sheet, f"{about} {whose}".rstrip(), 10, quiet=True)
    sheet.ln(5)


def _label(speech: Wording, found: Table, row: list[str]) -> str:
    """What a row is about."""
    named = dict(zip(found.columns, row, strict=True))
    if "weekday" in named:
        return f"{speech.words['weekdays'].split()[int(named['weekday']) - 1]} {int(named['hour']):02}:00"
    for name in LABELS:
        if named.get(name):
            gone = f" ({speech.say('removed')})" if named.get("removed") == "true" else ""
            return named[name] + gone
    if "seriesId" in named:
        return "\N{EN DASH}"
    return speech.say("noDepartment" if "department" in named else "all")


def _mark(speech: Wording, label: str, name: str, written: str) -> Mark:
    """`written` as in the JSON; the chart says it short, the table beside it in full."""
    if not written:
        return Mark(label, None, speech.say("nothing"))
    value = float(written)
    return Mark(label, value, speech.percent(value) if name.endswith(SHARES) else speech.number(value))


def _chart(sheet: FPDF, speech: Wording, report: Report, found: Table) -> None:
    if report.report == "kpis":
        shares = [name for name in found.columns if name.endswith(SHARES)]
        row = dict(zip(found.columns, found.cells[0], strict=True))
        charts.bars(sheet, [_mark(speech, speech.fields[name], name, row[name]) for name in shares])
        return
    name = CHARTED[report.report]
    shown = getattr(report, "metric", name)
    heading = speech.say("heat") if report.report == "heatmap" else speech.fields[shown]
    _line(sheet, heading, 12, bold=True)
    sheet.ln(1.5)
    if report.report == "heatmap":
        _heat(sheet, speech, found, name)
    elif report.report in {"trends", "peak"}:
        before = table(report, "previous_items") if report.report == "trends" else None
        charts.columns(
            sheet,
            _marks(speech, found, name, shown),
            _marks(speech, before, name, shown) if before else (),
        )
    else:
        charts.bars(sheet, _most(_marks(speech, found, name, shown)))


def _marks(speech: Wording, found: Table, name: str, shown: str) -> list[Mark]:
    at = found.columns.index(name)
    return [_mark(speech, _label(speech, found, row), shown, row[at]) for row in found.cells]


def _most(marks: list[Mark]) -> list[Mark]:
    """The highest; the table has all of them."""
    if len(marks) <= MOST_BARS:
        return marks
    return sorted(marks, key=lambda one: -1 if one.value is None else one.value, reverse=True)[:MOST_BARS]


def _heat(sheet: FPDF, speech: Wording, found: Table, name: str) -> None:
    at = {column: number for number, column in enumerate(found.columns)}
    cells = {}
    for row in found.cells:
        written = row[at[name]]
        told = f"{float(written) * 100:.0f}" if written else ""
        cells[int(row[at["weekday"]]), int(row[at["hour"]])] = Mark(
            "", float(written) if written else None, told
        )
    charts.heat(sheet, speech.words["weekdays"].split(), cells)


def _side_by_side(sheet: FPDF, speech: Wording, report: Report, found: Table) -> None:
    """A line for each number, a column for each room, or for this range and the one before."""
    heads = [_label(speech, found, row) for row in found.cells]
    rows = found.cells
    if report.report == "kpis":
        heads = [speech.say("now"), speech.fields["previous"]]
        rows = [*rows, *table(report, "previous_items").cells]
    _row(sheet, "", heads, bold=True)
    for at, name in _numbers_of(found):
        _row(sheet, _head(speech, name), [_cell(speech, name, row[at]) for row in rows])
    sheet.ln(4)


def _numbers_of(found: Table) -> list[tuple[int, str]]:
    return [
        (at, name)
        for at, name in enumerate(found.columns)
        if name not in NOT_NUMBERS and not name.endswith("Id")
    ]


def _head(speech: Wording, name: str) -> str:
    return f"{speech.fields[name]}, min" if name.endswith("Minutes") else speech.fields[name]


def _cell(speech: Wording, name: str, written: str) -> str:
    return speech.advice.get(written, written) if name == "advice" else written


def _numbers(sheet: FPDF, speech: Wording, found: Table) -> None:
    """Every number, some columns at a time, each time with what the row is about."""
    numbers = _numbers_of(found)
    labels = [_label(speech, found, row) for row in found.cells]
    for start in range(0, len(numbers), COLUMNS):
        some = numbers[start : start + COLUMNS]
        if sheet.will_page_break(18):
            sheet.add_page()
        _row(sheet, "", [_head(speech, name) for _, name in some], bold=True)
        for label, row in zip(labels, found.cells, strict=True):
            _row(sheet, label, [_cell(speech, name, row[at]) for at, name in some])
        sheet.ln(5)


def _row(sheet: FPDF, label: str, cells: list[str], *, bold: bool = False) -> None:
    sheet.set_font(TEXT, "B" if bold else "", 7.5)
    sheet.set_text_color(*INK)
    if sheet.will_page_break(5):
        sheet.add_page()
        sheet.set_font(TEXT, "B" if bold else "", 7.5)
    sheet.cell(LABEL, LINE, charts.fitting(sheet, label, LABEL - 2))
    for cell in cells:
        wide = min(NUMBER, (WIDTH - LABEL) / len(cells))
        sheet.cell(wide, LINE, charts.fitting(sheet, cell, wide - 1), align="R")
    sheet.ln(LINE)
    sheet.set_draw_color(*RULE)
    sheet.line(LEFT, sheet.get_y(), LEFT + LABEL + NUMBER * min(len(cells), 5), sheet.get_y())


def _definitions(sheet: FPDF, speech: Wording, reports: Sequence[Report]) -> None:
    """A new page of them, in the order of the reports."""
    sheet.add_page()
    _line(sheet, speech.say("meaning"), 16, bold=True)
    sentences = {name: told for one in reports for name, told in one.definitions.items()}
    for name, sentence in sentences.items():
        sheet.ln(1.8)
        if sheet.will_page_break(12):
            sheet.add_page()
        _line(sheet, f"{speech.fields.get(name, name)} ({name})", 9, bold=True)
        _line(sheet, sentence, 9)
