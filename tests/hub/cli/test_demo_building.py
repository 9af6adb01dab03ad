"""The demo's building is worth opening at any hour of any day."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from hub.__main__ import parser
from hub.bookings import service as bookings
from hub.cli import demo, demo_building, simulated_panels
from hub.cli.rest_client import RestClient
from hub.rooms import service as rooms
from hub.rooms.service import RoomFilter
from hub.settings import Settings


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 23, 9, 7, 31, tzinfo=UTC),
        datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ],
    ids=[
        "a Monday morning",
        "a minute before midnight",
        "the night the clocks go back",
    ],
)
def test_the_panels_show_four_different_pictures_whenever_it_opens(tmp_path, empty_database, now):
    shutil.copy(empty_database, tmp_path / "circletime.db")
    with Session(create_engine(f"sqlite:///{tmp_path / 'circletime.db'}")) as session:
        demo_building.furnish(session, ZoneInfo("Europe/Berlin"), now)
        at = {room.name: room for room in rooms.matching_rooms(session, RoomFilter(), 100)}
        assert len(at) == 12

        def meetings(name: str) -> list[bookings.BookingRecord]:
            return bookings.meetings(session, at[name].key, now, now + timedelta(hours=48))

        waiting, busy, free, soon = (meetings(name)[0] for name in demo_building.PANELS)
        assert waiting.starts_at <= now
        assert (waiting.status, waiting.checked_in_at) == ("confirmed", None)
        assert waiting.check_in_by >= now + timedelta(minutes=5)
        assert (busy.status, busy.starts_at < now < busy.ends_at) == ("checked_in", True)
        assert free.starts_at > now + timedelta(hours=1)
        assert timedelta(0) < soon.starts_at - now < timedelta(minutes=30)
        statuses = {
            one.status
            for room in at.values()
            for back in range(5)
            for one in bookings.bookings_on(session, room, (now - timedelta(days=back)).date(), now)
        }
        assert {"completed", "no_show", "checked_in", "confirmed"} <= statuses


def test_the_local_zone_is_the_one_that_tz_names_if_there_is_such_a_zone(monkeypatch):
    monkeypatch.setenv("TZ", ":Asia/Kathmandu")
    assert demo.local_zone() == "Asia/Kathmandu"
    monkeypatch.setattr(demo.os.path, "realpath", lambda _: "/usr/share/zoneinfo/Europe/Oslo")
    monkeypatch.setenv("TZ", "NONSENSE")
    assert demo.local_zone() == "Europe/Oslo"
    monkeypatch.setattr(demo.os.path, "realpath", lambda _: "/etc/localtime")
    assert demo.local_zone() == "UTC"


def test_where_no_panel_can_run_the_hub_opens_and_says_why(monkeypatch, capsys):
    monkeypatch.setattr(RestClient, "login", lambda *_: None)
    monkeypatch.setattr(simulated_panels, "why_none", lambda: "Not here.")
    demo._beside_the_hub(Settings(port=8123), parser("demo").parse_args(["demo"]), threading.Event())
    words = capsys.readouterr().out
    assert "http://127.0.0.1:8123" in words
    assert "Not here." in words
    assert "/wall" not in words
