"""The floor map: rooms to see and to say, now and later today, with or without a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.hub_process import HubProcess
from tests.web.looks import see

SHAPES: dict[str, dict[str, Any]] = {
    "Map Sandbox": {"kind": "rectangle", "x": 20, "y": 20, "width": 230, "height": 220},
    "Map Corner": {
        "kind": "polygon",
        "points": [[270, 20], [780, 20], [780, 240], [520, 240], [520, 160], [270, 160]],
    },
    "Map Booth": {"kind": "rectangle", "x": 20, "y": 280, "width": 55, "height": 100},
    "Map Library": {"kind": "rectangle", "x": 95, "y": 280, "width": 300, "height": 220},
}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 520">'
    '<path d="M6 6H794V514H6Z" fill="none" stroke="black" stroke-width="6"/></svg>'
)


@pytest.fixture(scope="module")
def rooms(hub: HubProcess) -> Iterator[dict[str, str]]:
    """A building of its own: a ground floor with a plan, and a roof without."""
    floors = [{"name": "Ground"}, {"name": "Roof"}]
    building = hub.post("/buildings", {"name": "Mill", "timeZone": hub.zone.key, "floors": floors})
    ground, roof = (floor["id"] for floor in building["floors"])
    found = {
        name: hub.post("/rooms", {"name": name, "floorId": ground, "capacity": 4})["id"] for name in SHAPES
    }
    placed = [{"roomId": found[name], "shape": shape} for name, shape in SHAPES.items()]
    plan = {"width": 800, "height": 520, "rooms": placed}
    hub.api.put(f"/floors/{ground}/plan", json=plan).raise_for_status()
    hub.api.put(f"/floors/{ground}/plan/background.svg", content=DRAWING).raise_for_status()
    hub.book(found["Map Corner"], "Later", hub.at("18:00"), hub.at("19:00"))
    hub.api.patch(f"/rooms/{found['Map Library']}", json={"outOfService": "Leak"}).raise_for_status()
    yield found | {"building": building["id"], "ground": ground, "roof": roof}
    for gone in (*(f"/rooms/{room}" for room in found.values()), f"/buildings/{building['id']}"):
        hub.api.delete(gone).raise_for_status()


@pytest.fixture
def floor_map(ada: Page, rooms: dict[str, str]) -> Page:
    ada.add_init_script(f"localStorage.setItem('circletime.building', {rooms['building']!r})")
    ada.goto("/floor-map")
    expect(ada.get_by_role("group", name="Mill, Floor Ground")).to_be_visible()
    return ada


def test_rooms_are_links_that_say_how_they_are(floor_map: Page) -> None:
    plan = floor_map.get_by_role("group", name="Mill, Floor Ground")
    for name, says in (
        ("Map Sandbox", "free"),
        ("Map Corner", "free until 18:00"),
        ("Map Library", "out of service"),
    ):
        expect(plan.get_by_role("link", name=f"{name}, {says}", exact=True)).to_be_visible()
    see(floor_map, "floor-map", picture="floor-map")
    plan.get_by_role("link", name=re.compile("Map Sandbox")).click()
    expect(floor_map).to_have_url(re.compile("/rooms/[0-9a-f]+$"))


def test_the_list_says_the_same_and_the_keyboard_reaches_the_plan(floor_map: Page) -> None:
    listed = floor_map.get_by_role("region", name="Rooms").get_by_role("link")
    expect(listed).to_have_count(len(SHAPES))
    expect(listed.first).to_contain_text("free")
    expect(listed.last).to_have_text(re.compile("Map Library out of service"))
    floor_map.get_by_role("tab", name="Floor Ground").focus()
    for _ in range(20):
        floor_map.keyboard.press("Tab")
        if floor_map.evaluate("document.activeElement.closest('svg') !== null"):
            break
    assert floor_map.evaluate("document.activeElement.getAttribute('aria-label')") == "Map Sandbox, free"


def test_later_today_shows_what_is_booked_then(floor_map: Page) -> None:
    slider = floor_map.get_by_label("When")
    slider.press("End")
    for _ in range(60):
        if slider.get_attribute("aria-valuetext") == "18:15":
            break
        slider.press("ArrowLeft")
    corner = floor_map.get_by_role("group", name="Mill, Floor Ground").get_by_role("link", name="Map Corner")
    expect(corner).to_have_attribute("aria-label", "Map Corner, busy until 19:00")
    floor_map.get_by_role("button", name="Back to now").click()
    expect(corner).to_have_attribute("aria-label", "Map Corner, free until 18:00")


def test_a_change_shows_without_loading_anew(floor_map: Page, hub: HubProcess, rooms: dict[str, str]) -> None:
    booth = floor_map.get_by_role("group", name="Mill, Floor Ground").get_by_role("link", name="Map Booth")
    expect(booth).to_have_attribute("aria-label", "Map Booth, free")
    hub.api.patch(f"/rooms/{rooms['Map Booth']}", json={"outOfService": "Paint"}).raise_for_status()
    expect(booth).to_have_attribute("aria-label", "Map Booth, out of service")
    hub.api.patch(f"/rooms/{rooms['Map Booth']}", json={"outOfService": None}).raise_for_status()
    expect(booth).to_have_attribute("aria-label", "Map Booth, free")


def test_a_floor_without_a_plan_says_so_and_arrows_lead_to_it(floor_map: Page) -> None:
    floor_map.get_by_role("tab", name="Floor Ground").press("ArrowRight")
    expect(floor_map.get_by_role("heading", name="This floor has no plan yet")).to_be_visible()
    expect(floor_map.get_by_text("There are no rooms on this floor yet.")).to_be_visible()
    expect(floor_map).to_have_url(re.compile("floor="))
    assert floor_map.evaluate("document.activeElement.textContent") == "Floor Roof"


def test_what_cannot_be_read_is_said_and_tried_again(ada: Page, rooms: dict[str, str]) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    ada.route(re.compile(r"/plan(\?.*)?$"), refuse)
    ada.add_init_script(f"localStorage.setItem('circletime.building', {rooms['building']!r})")
    ada.goto(f"/floor-map?floor={rooms['ground']}")
    expect(ada.get_by_role("alert")).to_contain_text("The hub can't be reached")
    if len(asked) < 2:  # asked again once the line is open, which would mend it before the press
        ada.wait_for_event("requestfailed")
    again = ada.get_by_role("button", name="Try again").element_handle()
    ada.unroute_all()
    again.evaluate("button => button.click()")  # at once: news of a room would have it asked again by itself
    expect(ada.get_by_role("link", name="Map Sandbox, free", exact=True)).to_be_visible()
