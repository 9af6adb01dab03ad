"""A manager connects a room to a real calendar, sees what is wrong, mends it, and looks at a clash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.radicale_server import LOGIN, RadicaleServer
from tests.web.hub_process import HubProcess
from tests.web.looks import no_complaints, see


@pytest.fixture
def radicale(tmp_path) -> Iterator[RadicaleServer]:
    server = RadicaleServer(tmp_path)
    yield server
    server.close()


def enter(radicale: RadicaleServer, url: str, title: str, starts: str, ends: str) -> None:
    """Somebody puts it into the calendar."""
    starts, ends = (f"{datetime.fromisoformat(at).astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in (starts, ends))
    event = [
        "BEGIN:VEVENT",
        f"UID:{title}",
        f"DTSTART:{starts}",
        f"DTEND:{ends}",
        f"SUMMARY:{title}",
        "END:VEVENT",
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//People//EN", *event, "END:VCALENDAR", ""]
    answer = radicale.client.put(f"{url}{title.replace(' ', '-')}.ics", content="\r\n".join(lines))
    assert answer.status_code == 201, answer.text


def test_a_room_is_connected_mended_compared_and_let_go(
    ada: Page, hub: HubProcess, radicale: RadicaleServer
) -> None:
    room = hub.room("Observatory")
    hub.book(room, "Telescope time", hub.at("14:00", 1), hub.at("15:00", 1))
    url = radicale.new_calendar()
    enter(radicale, url, "Star party", hub.at("16:00", 1), hub.at("17:00", 1))
    with no_complaints(ada):
        ada.goto("/admin/connections")
        expect(ada.get_by_role("heading", name="No room follows a calendar")).to_be_visible()
        see(ada, "connections-none")
        ada.get_by_role("button", name="Connect a calendar").click()
        dialog = ada.get_by_role("dialog")
        dialog.get_by_role("combobox", name="Room").select_option("Observatory")
        dialog.get_by_role("textbox", name="Address").fill(url)
        dialog.get_by_label("User name").fill(LOGIN[0])
        dialog.get_by_label("Password").fill("not this one")
        dialog.get_by_role("radio", name="Circle Time has its way").check()
        see(ada, "connections-dialog")
        dialog.get_by_role("button", name="Connect").click()
        expect(dialog).to_have_count(0)
        card = ada.get_by_role("listitem").filter(has=ada.get_by_role("heading", name="Observatory"))
        card.get_by_role("button", name="Test").click()
        expect(ada.get_by_text("does not let the hub in").first).to_be_visible()
        expect(card).to_contain_text("Asked again", timeout=20_000)
        see(ada, "connections-wrong")
        card.get_by_role("button", name="Change").click()
        dialog.get_by_label("Password").fill(LOGIN[1])
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        expect(card).to_contain_text("In step", timeout=20_000)
        assert [one["title"] for one in hub.bookings(room, 1)] == ["Telescope time", "Star party"]
        enter(radicale, url, "Meteor shower", hub.at("14:30", 1), hub.at("15:30", 1))
        card.get_by_role("button", name="Compare").click()
        expect(card).to_contain_text("1 clash to look at", timeout=20_000)
        card.get_by_text("1 clash to look at").click()
        expect(card).to_contain_text("Meteor shower")
        expect(card).to_contain_text("the room is taken here")
        see(ada, "connections", picture="connections")
        card.get_by_role("button", name="Disconnect").click()
        see(ada, "connections-leave")
        dialog.get_by_role("button", name="Disconnect").click()
        expect(card).to_have_count(0)
