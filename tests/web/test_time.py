"""Building-local time in the browser against Python's zoneinfo, which reads gaps and folds by the same rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

TIME_JS = (Path(__file__).parents[2] / "web/src/lib/time.js").read_text()
RUN = """async ([source, call, rows]) => {
  const time = await import("data:text/javascript;charset=utf-8," + encodeURIComponent(source))
  return rows.map(row => time[call](...row))
}"""


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """A page that needs no hub, in a zone that no test speaks of."""
    with browser.new_context(timezone_id="America/St_Johns") as context:
        yield context.new_page()


def in_browser(page: Page, call: str, rows: list[list[object]]) -> list[object]:
    answers: list[object] = page.evaluate(RUN, [TIME_JS, call, rows])
    return answers


# Days around which clocks change: Europe, America, a change by half an hour, one that skipped a whole day.
CHANGES = [
    ("Europe/Berlin", "2025-03-30"),
    ("Europe/Berlin", "2025-10-26"),
    ("America/New_York", "2025-03-09"),
    ("America/New_York", "2025-11-02"),
    ("Australia/Lord_Howe", "2025-04-06"),
    ("Australia/Lord_Howe", "2025-10-05"),
    ("Pacific/Apia", "2011-12-30"),
    ("Asia/Kathmandu", "2025-06-01"),
]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_every_quarter_hour_around_a_change_of_clocks_is_the_right_instant(
    blank: Page, zone: str, day: str
) -> None:
    first = datetime.fromisoformat(day) - timedelta(hours=12)
    walls = [first + timedelta(minutes=15 * n) for n in range(4 * 48)]
    rows: list[list[object]] = [[f"{wall:%Y-%m-%d}", f"{wall:%H:%M}", zone] for wall in walls]
    wanted = [wall.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000 for wall in walls]
    assert in_browser(blank, "instantOf", rows) == wanted


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_an_instant_reads_as_the_zones_clocks_show_it(blank: Page, zone: str, day: str) -> None:
    first = datetime.fromisoformat(f"{day}T00:00Z").timestamp() - 43_200
    instants = [first + 900 * n for n in range(4 * 48)]
    there = [datetime.fromtimestamp(instant, ZoneInfo(zone)) for instant in instants]
    rows: list[list[object]] = [[instant * 1000, zone] for instant in instants]
    assert in_browser(blank, "dateOf", rows) == [f"{wall:%Y-%m-%d}" for wall in there]
    assert in_browser(blank, "timeOf", rows) == [f"{wall:%H:%M}" for wall in there]


def test_days_are_counted_by_the_calendar(blank: Page) -> None:
    assert in_browser(blank, "addDays", [["2025-03-30", 1], ["2024-02-28", 1], ["2025-01-01", -1]]) == [
        "2025-03-31",
        "2024-02-29",
        "2024-12-31",
    ]
