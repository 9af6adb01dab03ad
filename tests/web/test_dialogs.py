"""Every dialog of those who manage: what axe finds in it, how wide it is on a phone, and where focus goes afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.hub_process import HubProcess
from tests.web.looks import DESK, PHONE, complaints

ROOM = "Dialogue"
OPENED = [
    ("/panels", "Claim a panel"),
    ("/panels", f"Move… {ROOM} panel"),
    ("/panels", f"Swap… {ROOM} panel"),
    ("/panels", f"Take down… {ROOM} panel"),
    ("/admin/rooms", "Equipment there is"),
    ("/admin/rooms", "Add a building"),
    ("/admin/rooms", "Add a floor to Old Brewery"),
    ("/admin/rooms", "Add a room to floor 1"),
    ("/admin/rooms/{room}", "Take it out of service…"),
    ("/admin/rooms/{room}", "Remove the room"),
    ("/people", "Invite somebody"),
    ("/people", "Change Ada Osei"),
    ("/issues", "Close the room"),
]


@pytest.fixture(scope="module")
def room(hub: HubProcess) -> str:
    made = hub.room(ROOM)
    hub.post("/panels", {"roomId": made, "name": f"{ROOM} panel"})
    hub.post(f"/rooms/{made}/issues", {"category": "something else", "text": "It hums."})
    return made


@pytest.mark.parametrize(("path", "button"), OPENED, ids=[button for _, button in OPENED])
def test_a_dialog_breaks_no_rule_and_gives_focus_back(ada: Page, room: str, path: str, button: str) -> None:
    ada.goto(path.format(room=room))
    opener = ada.get_by_role("button", name=button).first
    expect(opener).to_be_enabled()
    opener.press("Enter")
    dialog = ada.get_by_role("dialog")
    expect(dialog).to_be_visible()
    told = []
    for (width, height), scheme in ((PHONE, "dark"), (DESK, "light")):
        ada.set_viewport_size({"width": width, "height": height})
        ada.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        told += complaints(ada)
        assert dialog.evaluate("box => box.scrollWidth <= box.clientWidth"), f"cut off at {width}"
    assert not told
    ada.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
