from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.web.hub_process import HubProcess


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name, exact=True))


def test_the_sentence_filters_by_people_and_name(ada: Page, hub: HubProcess) -> None:
    hub.room("Filter small", capacity=2)
    hub.room("Filter large", capacity=12)
    ada.goto("/rooms")
    ada.get_by_label("Room name").fill("filter")
    expect(row(ada, "Filter small")).to_be_visible()
    ada.get_by_label("People").select_option("8")
    expect(row(ada, "Filter large")).to_be_visible()
    expect(row(ada, "Filter small")).to_have_count(0)
    ada.get_by_label("Room name").fill("filter nothing")
    ada.get_by_role("button", name="Show all rooms").click()
    expect(row(ada, "Filter small")).to_be_visible()


def test_a_room_says_in_words_until_when_it_is_free(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Words")
    hub.book(room_id, "Reading", hub.at("13:00"), hub.at("14:00"))
    ada.goto("/rooms")
    expect(row(ada, "Words")).to_contain_text("Free until 13:00")
    expect(row(ada, "Words")).to_contain_text("Reading")


def test_the_count_follows_the_length_wanted(ada: Page, hub: HubProcess) -> None:
    hub.book(hub.room("Count"), "Lunch", hub.at("12:00"), hub.at("13:00"))
    ada.goto("/rooms")
    ada.get_by_label("Room name").fill("count")
    expect(ada.get_by_role("status").filter(has_text="free until")).to_contain_text("1 of 1 room")
    ada.get_by_label("Length").select_option("120")
    expect(row(ada, "Count")).to_contain_text(re.compile("Free until 12:00|Free, not for long until 12:00"))


def test_a_title_longer_than_its_block_stands_beside_it_unbroken(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Beside")
    hub.book(room_id, "Acquaintances", hub.at("14:00"), hub.at("14:15"))
    ada.goto("/rooms")
    title = row(ada, "Beside").get_by_role("slider").get_by_text("Acquaintances")
    expect(title).to_be_visible()
    block = row(ada, "Beside").get_by_title("14:00\N{EN DASH}14:15 Acquaintances").bounding_box()
    label = title.bounding_box()
    assert block and label
    assert label["x"] >= block["x"] + block["width"], "the title lies over its block"
    cut = title.evaluate("label => label.scrollWidth > label.clientWidth")
    assert not cut


def test_the_line_of_now_crosses_no_title(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Now")
    hub.book(
        room_id, "A title that is much too long for a quarter of an hour", hub.at("11:30"), hub.at("11:45")
    )
    ada.goto("/rooms")
    strip = row(ada, "Now").get_by_role("slider")
    expect(strip.get_by_text("A title that")).to_be_visible()
    now = strip.locator(".now").bounding_box()
    assert now
    for label in strip.locator(".label span").all():
        box = label.bounding_box()
        assert box
        assert box["x"] > now["x"] + now["width"] or box["x"] + box["width"] < now["x"]


def test_another_day_shows_that_days_bookings(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Tomorrow")
    hub.book(room_id, "Not today", hub.at("09:00", days=1), hub.at("10:30", days=1))
    ada.goto("/rooms")
    expect(row(ada, "Tomorrow")).to_be_visible()
    expect(row(ada, "Tomorrow").get_by_title("Not today")).to_have_count(0)
    ada.get_by_role("button", name="Day after").click()
    expect(row(ada, "Tomorrow").get_by_title("09:00\N{EN DASH}10:30 Not today")).to_be_visible()
