"""A floor plan is drawn: wholly by keyboard, and by pointer; over a picture; and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.hub_process import HubProcess
from tests.web.looks import see

PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 600">'
    b'<path d="M5 5H995V595H5Z" fill="none" stroke="black" stroke-width="8"/><script>alert(1)</script></svg>'
)


@pytest.fixture
def floor(hub: HubProcess) -> Iterator[str]:
    """A floor with two rooms, and no plan; gone afterwards, for other tests look at the first building."""
    building = hub.post("/buildings", {"name": "Vinery", "timeZone": hub.zone.key, "floors": [{"name": "1"}]})
    found = str(building["floors"][0]["id"])
    rooms = [
        hub.post("/rooms", {"name": name, "floorId": found, "capacity": 4})["id"] for name in ("Oak", "Elm")
    ]
    yield found
    for gone in (*(f"/rooms/{room}" for room in rooms), f"/buildings/{building['id']}"):
        hub.api.delete(gone).raise_for_status()


@pytest.fixture
def editor(ada: Page, floor: str) -> Page:
    ada.goto(f"/admin/floors/{floor}")
    expect(plan(ada)).to_be_visible()
    return ada


def plan(page: Page) -> Locator:
    return page.get_by_role("group", name="Plan")


def room(page: Page, name: str) -> Locator:
    return plan(page).get_by_role("button", name=re.compile(f"^{name}:"))


def shapes(hub: HubProcess, floor: str) -> dict[str, Any]:
    return {one["name"]: one["shape"] for one in hub.get(f"/floors/{floor}/plan")["rooms"]}


def test_a_plan_is_drawn_by_keyboard_alone(editor: Page, hub: HubProcess, floor: str) -> None:
    editor.get_by_role("button", name="Place Elm").press("Enter")
    elm = room(editor, "Elm")
    expect(elm).to_have_attribute("aria-label", "Elm: 10, 10, 167 by 120")
    elm.press("ArrowRight")
    elm.press("Shift+ArrowDown")
    expect(elm).to_have_attribute("aria-label", "Elm: 20, 11, 167 by 120")
    corner = plan(editor).get_by_role("button", name=re.compile("^Corner 3 of Elm"))
    corner.press("ArrowRight")
    expect(elm).to_have_attribute("aria-label", "Elm: 20, 11, 177 by 120")
    editor.get_by_role("button", name="Add a corner").press("Enter")
    plan(editor).get_by_role("button", name=re.compile("^Corner 2 of Elm")).press("ArrowDown")
    editor.get_by_role("button", name="Place Oak").press("Enter")
    see(editor, "plan-editor", picture="plan-editor")
    room(editor, "Oak").press("Delete")
    expect(room(editor, "Oak")).to_have_count(0)
    editor.keyboard.press("Control+z")
    expect(room(editor, "Oak")).to_be_visible()
    editor.get_by_role("button", name="Save the plan").press("Enter")
    expect(editor.get_by_text("The plan is saved")).to_be_visible()
    saved = shapes(hub, floor)
    assert saved["Oak"]["kind"] == "rectangle"
    assert saved["Elm"] == {
        "kind": "polygon",
        "points": [[20, 11], [109, 21], [197, 11], [197, 131], [20, 131]],
    }


def test_a_room_is_drawn_moved_and_undone_by_pointer(editor: Page, hub: HubProcess, floor: str) -> None:
    editor.get_by_label("Elm", exact=True).check()
    box = plan(editor).bounding_box()
    assert box
    unit = box["width"] / 1000

    def drag(start: tuple[int, int], end: tuple[int, int]) -> None:
        editor.mouse.move(box["x"] + start[0] * unit, box["y"] + start[1] * unit)
        editor.mouse.down()
        editor.mouse.move(box["x"] + end[0] * unit, box["y"] + end[1] * unit, steps=4)
        editor.mouse.up()

    drag((100, 100), (300, 250))
    expect(room(editor, "Elm")).to_have_attribute("aria-label", "Elm: 100, 100, 200 by 150")
    drag((200, 170), (260, 200))
    expect(room(editor, "Elm")).to_have_attribute("aria-label", "Elm: 160, 130, 200 by 150")
    drag((360, 280), (400, 320))
    expect(room(editor, "Elm")).to_have_attribute("aria-label", "Elm: 160, 130, 240 by 190")
    for _ in range(2):
        editor.get_by_role("button", name="Undo").click()
    expect(room(editor, "Elm")).to_have_attribute("aria-label", "Elm: 100, 100, 200 by 150")
    editor.get_by_role("button", name="Redo").click()
    expect(room(editor, "Elm")).to_have_attribute("aria-label", "Elm: 160, 130, 200 by 150")


def test_a_picture_comes_in_cleaned_and_goes_again(editor: Page, hub: HubProcess, floor: str) -> None:
    upload = editor.get_by_label("Choose an SVG")
    upload.set_input_files({"name": "no.svg", "mimeType": "image/svg+xml", "buffer": b"no picture"})
    expect(editor.get_by_role("alert")).to_be_visible()
    upload.set_input_files({"name": "plan.svg", "mimeType": "image/svg+xml", "buffer": PICTURE})
    expect(editor.get_by_text("Left out: <script>")).to_be_visible()
    assert "alert" not in hub.api.get(f"/floors/{floor}/plan/background.svg").text
    editor.get_by_role("button", name="Remove the picture").click()
    editor.get_by_role("dialog").get_by_role("button", name="Remove the picture").click()
    expect(editor.get_by_role("button", name="Remove the picture")).to_have_count(0)
    assert hub.get(f"/floors/{floor}/plan")["hasDrawing"] is False


def test_what_the_hub_refuses_is_said_and_what_was_drawn_stays(editor: Page) -> None:
    editor.get_by_role("button", name="Place Elm").click()
    refusal = {
        "type": "x/bad-floor-plan",
        "title": "This plan cannot be drawn",
        "detail": "Elm crosses itself.",
    }
    editor.route("**/plan", lambda route: route.fulfill(status=422, json=refusal))
    editor.get_by_role("button", name="Save the plan").click()
    expect(editor.get_by_role("alert")).to_contain_text("Elm crosses itself.")
    expect(room(editor, "Elm")).to_be_visible()
    expect(editor.get_by_text("The plan has changes that are not saved.")).to_be_visible()
    editor.get_by_role("link", name="See the floor map").click()
    question = editor.get_by_role("dialog")
    expect(question).to_contain_text("Leave without saving?")
    question.get_by_role("button", name="Cancel").click()
    expect(room(editor, "Elm")).to_be_visible()
    editor.get_by_role("link", name="See the floor map").click()
    question.get_by_role("button", name="Leave").click()
    expect(editor.get_by_role("heading", name="Floor map")).to_be_visible()


def test_a_floor_that_is_not_there_leads_back(ada: Page, hub: HubProcess) -> None:
    ada.goto("/admin/floors/none")
    ada.get_by_role("main").get_by_role("link", name="All rooms").last.click()
    expect(ada.get_by_role("heading", name="Rooms and plans")).to_be_visible()
