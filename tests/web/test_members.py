"""What members do beside booking: search, keep their bookings, their account; in their language, in many tabs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.conftest import sign_in
from tests.web.hub_process import EMAIL, PASSWORD, HubProcess
from tests.web.test_booking import fill, open_dialog, press_book
from tests.web.test_rooms import row

TABS = 8
"""More than the six connections that a browser gives one host over HTTP/1.1."""


def soon(minutes: int) -> str:
    return (datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)).isoformat()


def entry(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title, exact=True))


def act(page: Page, word: str, title: str) -> None:
    entry(page, title).get_by_role("button", name=f"{word}: {title}").click()


def status(hub: HubProcess, booking: dict[str, str]) -> str:
    return str(hub.get(f"/bookings/{booking['id']}")["status"])


def test_two_race_for_one_slot_and_the_slower_is_offered_others(
    ada: Page, hub: HubProcess, browser: Browser
) -> None:
    room_id = hub.room("Race one", capacity=70)
    hub.room("Spare race", capacity=71)
    with browser.new_context(base_url=hub.url) as context:
        other = sign_in(context.new_page(), hub.url)
        for page, title in ((ada, "Ada's"), (other, "Other's")):
            open_dialog(page, "Race one")
            fill(page, title, "18:00", "18:30")
        for page in (ada, other):  # neither waits for the other's answer
            page.get_by_role("button", name="Book room").evaluate("button => button.click()")
        refused = {page: page.get_by_role("dialog").get_by_role("alert") for page in (ada, other)}
        either = ada.get_by_text("Booked: Race one").or_(refused[ada].get_by_text("Somebody has it"))
        expect(either).to_be_visible()
        won, lost = (ada, other) if ada.get_by_text("Booked: Race one").is_visible() else (other, ada)
        expect(won.get_by_text("Booked: Race one")).to_be_visible()
        expect(refused[lost]).to_contain_text("Somebody has it already")
        expect(refused[lost].get_by_role("button").first).to_be_visible()
    assert len([one for one in hub.bookings(room_id) if one["status"] == "confirmed"]) == 1


def test_many_tabs_share_one_line_to_the_hub(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Tabs")
    pages = [ada, *(ada.context.new_page() for _ in range(TABS - 1))]
    for page in pages:
        page.goto(f"/rooms/{room_id}")
        expect(page.get_by_role("heading", name="Tabs")).to_be_visible()
    hub.book(room_id, "Told to all", soon(-5), soon(30))
    for page in pages:
        expect(page.get_by_role("heading", name="Told to all")).to_be_visible(timeout=3_000)


def test_an_empty_answer_names_the_filter_and_mends_it(ada: Page, hub: HubProcess) -> None:
    hub.room("Blocked", capacity=3)
    ada.goto("/rooms")
    ada.get_by_label("Room name").fill("blocked")
    ada.get_by_label("People").select_option("4")
    told = ada.get_by_role("status").filter(has=ada.get_by_role("heading"))
    expect(told).to_contain_text("No room here fits all of that")
    told.get_by_role("button", name="Without “4 people”: 1 room").click()
    expect(row(ada, "Blocked")).to_be_visible()
    expect(ada.get_by_label("People")).to_have_value("1")


def test_where_all_are_taken_the_next_free_time_is_one_press_away(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Next free")
    hub.book(room_id, "In the way", hub.at("14:00"), hub.at("15:00"))
    ada.goto("/rooms")
    ada.get_by_label("Room name").fill("next free")
    ada.get_by_label("When").select_option("time")
    ada.get_by_label("From", exact=True).fill("14:30")
    expect(row(ada, "Next free")).to_contain_text("Taken 14:30\N{EN DASH}15:00")
    ada.get_by_role("button", name="Book Next free from 15:00").click()
    expect(ada.get_by_role("dialog").get_by_label("From")).to_have_value("15:00")
    expect(ada.get_by_label("To", exact=True)).to_have_value("15:30")


def test_a_series_shows_its_dates_and_leaves_out_what_is_taken(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Series")
    hub.book(room_id, "There first", hub.at("16:00", days=1), hub.at("17:00", days=1))
    open_dialog(ada, "Series")
    fill(ada, "Stand-up", "16:00", "16:15")
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Repeats").select_option("daily")
    last = (datetime.now(hub.zone).date() + timedelta(days=2)).isoformat()
    dialog.get_by_label("Until").fill(last)
    expect(dialog.get_by_text("3 meetings")).to_be_visible()
    expect(dialog.get_by_text("1 is taken")).to_be_visible()
    press_book(ada)
    expect(dialog.get_by_role("alert")).to_contain_text("1 of these times is taken")
    dialog.get_by_role("button", name="Book the others", exact=True).click()
    expect(ada.get_by_text("Booked: Series, 2 meetings")).to_be_visible()
    assert [one["title"] for one in hub.bookings(room_id, days=1)] == ["There first"]
    ada.get_by_role("button", name="Undo", exact=True).click()
    expect(ada.get_by_text("Given back.")).to_be_visible()
    assert [one["status"] for one in hub.bookings(room_id, days=2)] == ["cancelled"]


def test_my_booking_is_checked_in_lengthened_and_ended(ada: Page, hub: HubProcess) -> None:
    booked = hub.book(hub.room("Mine now"), "Running", soon(-5), soon(40))
    ada.goto("/bookings")
    act(ada, "Check in", "Running")
    expect(entry(ada, "Running")).to_contain_text("checked in")
    act(ada, "15 min more", "Running")
    expect(ada.get_by_text("Yours until")).to_be_visible()
    act(ada, "End now", "Running")
    expect(entry(ada, "Running")).to_have_count(0)
    assert status(hub, booked) == "completed"


def test_my_booking_is_changed_given_back_and_taken_again(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Mine later")
    hub.book(room_id, "Moved", hub.at("15:00", days=3), hub.at("15:30", days=3))
    ada.goto("/bookings")
    act(ada, "Change…", "Moved")
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("From").fill("16:00")
    dialog.get_by_label("To", exact=True).fill("16:45")
    dialog.get_by_role("button", name="Save").click()
    expect(entry(ada, "Moved")).to_contain_text("16:00\N{EN DASH}16:45")
    act(ada, "Cancel", "Moved")
    expect(entry(ada, "Moved")).to_have_count(0)
    ada.get_by_role("button", name="Undo", exact=True).click()
    expect(entry(ada, "Moved")).to_contain_text("16:00\N{EN DASH}16:45")


def test_a_series_is_given_back_from_one_meeting_on(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Mine often")
    wish = {
        "roomId": room_id,
        "title": "Often",
        "startsAt": hub.at("15:00", days=4),
        "endsAt": hub.at("15:30", days=4),
    }
    hub.post("/bookings", wish | {"recurrence": {"rrule": "FREQ=DAILY;COUNT=3"}})
    ada.goto("/bookings")
    expect(entry(ada, "Often")).to_have_count(3)
    entry(ada, "Often").nth(1).get_by_role("button", name="Cancel: Often").click()
    ada.get_by_label("This one and those after it").check()
    ada.get_by_role("button", name="Give back").click()
    expect(entry(ada, "Often")).to_have_count(1)


@pytest.fixture
def nadia(page: Page, hub: HubProcess, base_url: str) -> Page:
    """A member of her own, whose account may be changed."""
    email = f"nadine{len(hub.get('/users')['items'])}@example.org"
    hub.post("/users", {"email": email, "name": "Nadine Kerr", "role": "member", "password": PASSWORD})
    page.goto(f"{base_url}/login?next=/account")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    return page


def test_an_account_is_its_owners_to_change(nadia: Page) -> None:
    nadia.get_by_label("Current password").fill("wrong")
    nadia.get_by_label("New password").fill("another good one")
    nadia.get_by_role("button", name="Change password").click()
    expect(nadia.get_by_role("alert").filter(has_text="password")).to_be_visible()
    nadia.get_by_label("Current password").fill(PASSWORD)
    nadia.get_by_role("button", name="Change password").click()
    expect(nadia.get_by_text("Your password is changed.")).to_be_visible()
    nadia.get_by_label("Somebody books for me").uncheck()
    expect(nadia.get_by_text("Kept.")).to_be_visible()
    nadia.get_by_role("button", name="Make an address").click()
    address = nadia.get_by_label("Calendar address").input_value()
    assert nadia.request.get(address).text().startswith("BEGIN:VCALENDAR")
    expect(nadia.get_by_text("Somebody asks for a room that I approve")).to_have_count(0)


def test_a_key_for_a_script_is_made_told_once_and_ended(nadia: Page, hub: HubProcess) -> None:
    nadia.get_by_label("Name of the key").fill("Lobby screen")
    nadia.get_by_role("button", name="Make a key").click()
    key = nadia.get_by_label("The key “Lobby screen”").input_value()
    script = {"headers": {"Authorization": f"Bearer {key}"}}
    with httpx.Client(base_url=f"{hub.url}/api/v1") as client:
        assert client.get("/rooms", **script).is_success
        nadia.reload()
        expect(nadia.get_by_text("only look · until you end it")).to_be_visible()
        expect(nadia.get_by_label("The key “Lobby screen”")).to_have_count(0)
        nadia.get_by_role("button", name="End Lobby screen").click()
        nadia.get_by_role("dialog").get_by_role("button", name="End Lobby screen").click()
        expect(nadia.get_by_text("Lobby screen has ended.")).to_be_visible()
        assert client.get("/rooms", **script).status_code == 401


def test_the_language_is_chosen_once_and_kept(nadia: Page, hub: HubProcess) -> None:
    hub.room("Sprache")
    nadia.get_by_role("main").get_by_label("Language").select_option("de")
    expect(nadia.get_by_role("heading", name="Mein Konto")).to_be_visible()
    nadia.goto("/rooms")
    expect(row(nadia, "Sprache")).to_contain_text("Frei die nächsten 12 Stunden")
    assert nadia.locator("html").get_attribute("lang") == "de"
    expect(nadia).to_have_title("Räume · Circle Time")


@pytest.mark.parametrize(
    ("locale", "said"), [("en-US", r"10:\d\d AM|11:\d\d AM"), ("fr-FR", r"libres? jusqu.à 1[01]:\d\d")]
)
def test_the_browsers_own_language_and_clock_are_spoken_first(
    browser: Browser, hub: HubProcess, locale: str, said: str
) -> None:
    with browser.new_context(base_url=hub.url, locale=locale) as context:
        page = sign_in(context.new_page(), hub.url)
        page.goto("/rooms")
        expect(page.get_by_role("status").filter(has_text=re.compile(said))).to_be_visible()


def test_a_room_page_of_a_stranger_asks_to_log_in_and_then_shows_that_room(
    page: Page, hub: HubProcess
) -> None:
    """As from the code on a panel's glass, whose address is /rooms/ID."""
    room_id = hub.room("By code")
    page.goto(f"{hub.url}/rooms/{room_id}")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="By code")).to_be_visible()
    expect(page.get_by_role("button", name="Book now for 30 min")).to_be_enabled()


def test_what_is_broken_is_told_from_the_room(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Broken")
    ada.goto(f"/rooms/{room_id}")
    ada.get_by_role("button", name="Something is broken").click()
    ada.get_by_label("What do you see?").fill("The screen stays dark.")
    ada.get_by_role("button", name="Tell them").click()
    expect(ada.get_by_text("Thank you.")).to_be_visible()
    (issue,) = [one for one in hub.get("/issues")["items"] if one["roomId"] == room_id]
    assert issue["text"] == "The screen stays dark."
