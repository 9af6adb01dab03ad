"""A floor plan as a browser shows it: its words lie within their rooms, its links lead there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.hub_process import HubProcess

NAMES = (
    "Sand",
    "Story Corner",
    "A room with quite a long name of its own",
    "ΩΩΩΩΩΩΩΩΩΩΩ",
    "会議室の長い名前",
)
SHAPES: tuple[dict[str, Any], ...] = (
    {"kind": "rectangle", "x": 20, "y": 20, "width": 90, "height": 300},
    {"kind": "rectangle", "x": 130, "y": 20, "width": 340, "height": 120},
    {"kind": "rectangle", "x": 130, "y": 160, "width": 340, "height": 160},
    {"kind": "polygon", "points": [[490, 20], [980, 20], [980, 120], [700, 120], [700, 320], [490, 320]]},
    {"kind": "polygon", "points": [[720, 140], [980, 140], [980, 320], [860, 320]]},
)
ROOM_LEFT = """() => [...document.querySelectorAll("a")].flatMap(room => {
  const edge = room.querySelector(".edge").getBoundingClientRect()
  return [...room.querySelectorAll("text")].map(text => {
    const box = text.getBoundingClientRect()
    const left = [box.left - edge.left, edge.right - box.right, box.top - edge.top, edge.bottom - box.bottom]
    return { words: text.textContent, shown: box.width > 0, left, height: box.height }
  }).filter(text => text.shown)
})"""
"""Each text that is shown: how high it is, and how much room it leaves on each side; in pixels."""


@pytest.fixture(scope="module")
def plan(hub: HubProcess) -> Iterator[str]:
    """The address of a plan with every status, and with names that are hard to fit."""
    building = hub.post("/buildings", {"name": "Mapped", "timeZone": hub.zone.key, "floors": [{"name": "G"}]})
    floor = building["floors"][0]["id"]
    rooms = [hub.post("/rooms", {"name": name, "floorId": floor, "capacity": 4})["id"] for name in NAMES]
    hub.book(rooms[1], "Later", hub.at("18:00"), hub.at("19:00"))
    hub.api.patch(f"/rooms/{rooms[3]}", json={"outOfService": "Leak"}).raise_for_status()
    placed = [{"roomId": room, "shape": shape} for room, shape in zip(rooms, SHAPES, strict=True)]
    body = {"width": 1000, "height": 340, "rooms": placed}
    hub.api.put(f"/floors/{floor}/plan", json=body).raise_for_status()
    yield f"{hub.url}/api/v1/floors/{floor}/plan.svg"
    for gone in (*(f"/rooms/{room}" for room in rooms), f"/buildings/{building['id']}"):
        hub.api.delete(gone).raise_for_status()


@pytest.fixture(params=[1200, 360])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_words_lie_within_their_rooms_and_can_be_read(ada: Page, plan: str, width: int) -> None:
    ada.set_viewport_size({"width": width, "height": width * 340 // 1000})
    ada.goto(plan)
    found = ada.evaluate(ROOM_LEFT)
    assert {one["words"] for one in found} >= {"Story Corner", "Free", "Out of service"}
    assert [one for one in found if min(one["left"]) < 0] == []
    assert [one for one in found if one["height"] < 10] == []


def test_each_room_is_a_link_with_a_name_that_leads_to_its_page(ada: Page, plan: str) -> None:
    ada.goto(plan)
    expect(ada.get_by_role("link")).to_have_count(len(NAMES))
    ada.get_by_role("link", name=re.compile("^Story Corner, free")).click()
    expect(ada).to_have_url(re.compile("/rooms/[0-9a-f]+$"))
    expect(ada.get_by_role("heading", name="Story Corner")).to_be_visible()


@pytest.fixture
def within_a_page(ada: Page, plan: str) -> Page:
    svg = ada.request.get(plan).text()
    ada.set_content(
        f'<!doctype html><html lang="en"><title>Floor map</title><main><h1>Floor map</h1>{svg}</main></html>'
    )
    return ada


def test_it_breaks_no_accessibility_rule_within_a_page(
    within_a_page: Page, check_axe: Callable[[Page], None]
) -> None:
    expect(within_a_page.get_by_role("group", name="Mapped, floor G")).to_be_visible()
    check_axe(within_a_page)


def test_drawing_cannot_act_even_where_something_got_into_it(ada: Page, plan: str) -> None:
    """The second wall: what the sanitiser lets through is served in a sandbox."""
    ada.goto(plan)
    refused = ada.evaluate(
        """() => { const script = document.createElementNS("http://www.w3.org/2000/svg", "script")
             script.textContent = "document.documentElement.dataset.ran = 1"
             document.documentElement.append(script)
             return [document.documentElement.dataset.ran ?? null, self.origin] }"""
    )
    assert refused == [None, "null"]
