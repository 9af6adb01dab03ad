from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.web.hub_process import HubProcess


def open_dialog(page: Page, room: str) -> None:
    page.goto("/rooms")
    page.get_by_role("button", name=f"Book {room}").or_(
        page.get_by_role("button", name=f"Choose a time in {room}")
    ).click()
    expect(page.get_by_role("dialog", name=f"Book {room}")).to_be_visible()


def fill(page: Page, title: str, starts: str, ends: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is it?").fill(title)
    dialog.get_by_label("From").fill(starts)
    dialog.get_by_label("To", exact=True).fill(ends)


def press_book(page: Page) -> None:
    page.get_by_role("button", name="Book room").click()


def test_what_is_filled_in_is_booked_in_the_buildings_time(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Plain")
    open_dialog(ada, "Plain")
    fill(ada, "Design sketches", "13:00", "13:45")
    press_book(ada)
    expect(ada.get_by_text("Booked: Plain")).to_contain_text("13:00\N{EN DASH}13:45")
    (made,) = hub.bookings(room_id)
    assert made["title"] == "Design sketches"
    assert made["startsAt"] == hub.utc("13:00")
    assert made["endsAt"] == hub.utc("13:45")


def test_a_slot_lost_meanwhile_offers_others_and_one_press_books(ada: Page, hub: HubProcess) -> None:
    wanted, spare = hub.room("Wanted", capacity=30), hub.room("Spare", capacity=31)
    open_dialog(ada, "Wanted")
    fill(ada, "Kept words", "15:00", "15:30")
    ada.get_by_role("dialog").get_by_label("People").fill("30")
    hub.book(wanted, "Quicker", hub.at("14:45"), hub.at("15:15"))
    press_book(ada)
    alert = ada.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text("14:45\N{EN DASH}15:15 Quicker")
    expect(ada.get_by_label("What is it?")).to_have_value("Kept words")
    alert.get_by_role("button", name="Spare 15:00\N{EN DASH}15:30").click()
    expect(ada.get_by_text("Booked: Spare")).to_be_visible()
    expect(ada.get_by_role("dialog")).to_have_count(0)
    assert [each["title"] for each in hub.bookings(spare)] == ["Kept words"]


def test_a_refusal_is_told_in_words_and_the_dialog_stays(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Refused")
    open_dialog(ada, "Refused")
    fill(ada, "All day", "11:00", "23:00")
    press_book(ada)
    expect(ada.get_by_role("dialog").get_by_role("alert")).to_contain_text("at most 480 minutes")
    fill(ada, "All day", "11:00", "12:00")
    press_book(ada)
    expect(ada.get_by_text("Booked: Refused")).to_be_visible()
    assert len(hub.bookings(room_id)) == 1


def test_a_lost_answer_sent_again_books_once(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Once")
    open_dialog(ada, "Once")
    fill(ada, "Only one", "16:00", "16:30")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    ada.route("**/api/v1/bookings", lose_the_answer, times=1)
    press_book(ada)
    expect(ada.get_by_role("dialog").get_by_role("alert")).to_contain_text("can't be reached")
    press_book(ada)
    expect(ada.get_by_text("Booked: Once")).to_be_visible()
    assert len(hub.bookings(room_id)) == 1


def test_undo_gives_the_slot_back(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Undone")
    open_dialog(ada, "Undone")
    fill(ada, "Oops", "17:00", "17:30")
    press_book(ada)
    ada.get_by_role("button", name="Undo", exact=True).click()
    expect(ada.get_by_text("Given back.")).to_be_visible()
    assert [each["status"] for each in hub.bookings(room_id)] == ["cancelled"]


def test_the_keyboard_alone_books_from_the_strip(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Keys")
    ada.goto("/rooms")
    strip = ada.get_by_role("slider", name="Time in Keys")
    strip.focus()
    for key in ["ArrowRight"] * 9 + ["Shift+ArrowRight"]:
        ada.keyboard.press(key)
    chosen = strip.get_attribute("aria-valuetext") or ""
    assert chosen.endswith(", free")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("dialog", name="Book Keys")).to_be_visible()
    expect(ada.get_by_label("What is it?")).to_be_focused()
    ada.keyboard.type("By hand")
    ada.keyboard.press("Enter")
    expect(ada.get_by_text("Booked: Keys")).to_contain_text(chosen.removesuffix(", free"))
    assert [each["title"] for each in hub.bookings(room_id)] == ["By hand"]
    expect(strip).to_be_focused()


def test_dragging_over_the_strip_chooses_quarter_hours(ada: Page, hub: HubProcess) -> None:
    hub.room("Drag")
    ada.goto("/rooms")
    strip = ada.get_by_role("slider", name="Time in Drag")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    first, last = (int(strip.get_attribute(f"aria-value{end}") or 0) for end in ("min", "max"))
    assert box
    minute = box["width"] / (last - first)
    start = box["x"] + (hub.minute("14:00") - first) * minute
    y = box["y"] + box["height"] / 2
    ada.mouse.move(start + 2, y)
    ada.mouse.down()
    ada.mouse.move(start + 40 * minute, y, steps=4)
    ada.mouse.up()
    expect(ada.get_by_label("From")).to_have_value("14:00")
    expect(ada.get_by_label("To", exact=True)).to_have_value("14:45")


def test_an_end_before_the_start_is_the_next_day(ada: Page, hub: HubProcess) -> None:
    hub.room("Late")
    open_dialog(ada, "Late")
    fill(ada, "Night shift", "23:30", "00:30")
    expect(ada.get_by_role("dialog")).to_contain_text("1 h, until the next day")
