"""The issues: seen at once, taken on, resolved and taken back."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.web.hub_process import HubProcess
from tests.web.looks import see


def card(page: Page, what: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=what))


def report(hub: HubProcess, room: str, category: str, text: str | None = None) -> None:
    hub.post(f"/rooms/{room}/issues", {"category": category, "text": text})


def test_an_issue_comes_by_itself_and_goes_its_way(ada: Page, hub: HubProcess) -> None:
    room = hub.room("Cellar")
    ada.goto(f"/issues?room={room}")
    expect(ada.get_by_role("heading", name="No issue is like that")).to_be_visible()
    report(hub, room, "screen or video", "It flickers.")
    mine = card(ada, "Screen or video")
    expect(mine).to_contain_text("It flickers.")
    mine.get_by_role("button", name="see to it").click()
    expect(mine).to_contain_text("in hand")
    mine.get_by_role("button", name="Close the room").click()
    dialog = ada.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_have_value("It flickers.")
    dialog.get_by_label("Reason").fill("The screen is being mended")
    dialog.get_by_role("button", name="Close the room").click()
    expect(mine).to_contain_text("out of service for it")
    assert hub.get(f"/rooms/{room}")["outOfService"] == "The screen is being mended"
    expect(mine.get_by_role("button", name="Bring the room back")).to_be_visible()
    see(ada, "issues", picture="issues")
    mine.get_by_role("button", name="Resolved").click()
    expect(mine).to_have_count(0)
    assert hub.get(f"/rooms/{room}")["outOfService"] is None
    expect(ada.get_by_text("Resolved: Screen or video, Cellar.")).to_be_visible()
    ada.get_by_role("button", name="Undo").click()
    expect(mine).to_contain_text("out of service for it")
    assert hub.get(f"/rooms/{room}")["outOfService"] == "The screen is being mended"
    mine.get_by_role("button", name="Resolved").click()
    ada.get_by_role("button", name="Resolved 1").click()
    expect(mine.get_by_role("button", name="Open again")).to_be_visible()


def test_a_refusal_is_said_and_the_page_shows_what_is(ada: Page, hub: HubProcess) -> None:
    room = hub.room("Kitchen")
    report(hub, room, "not clean")
    ada.goto(f"/issues?room={room}")
    expect(card(ada, "Not clean")).to_be_visible()
    refusal = {
        "type": "x/issue-status",
        "title": "That cannot become of this issue",
        "detail": "It is resolved.",
    }
    ada.route("**/issues/*", lambda route: route.fulfill(status=409, json=refusal))
    card(ada, "Not clean").get_by_role("button", name="Resolved").press("Enter")
    expect(ada.get_by_text("That cannot become of this issue")).to_be_visible()
    expect(card(ada, "Not clean")).to_contain_text("new")
