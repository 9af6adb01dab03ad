"""From a booking to the wall and back, through every real part: hub, broker, firmware on MicroPython."""

import struct
from datetime import UTC, datetime, timedelta

import pytest

from hub.panel import scripts
from shared.text_strip import TITLE
from tests.flows.site import eventually

INK, PAPER = b"\xff", b"\x00"
GLASS_PX = 800


def mostly(colour, glass):
    return glass.count(colour) > len(glass) * 0.6


def test_booking_over_rest_changes_the_glass(site):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    before = panel.glass()
    assert mostly(PAPER, before)
    site.book(room)
    eventually("the panel asks for check-in", lambda: panel.screen() == "check_in")
    assert panel.glass() != before


def test_check_in_pressed_at_the_door_is_known_to_the_hub(site):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    booking = site.book(room)
    eventually("the panel asks for check-in", lambda: panel.screen() == "check_in")
    panel.press(0)
    eventually("the hub knows", lambda: site.booking(booking["id"])["status"] == "checked_in")
    eventually("the panel shows the meeting", lambda: panel.screen() == "meeting")
    assert mostly(INK, panel.glass())
    assert site.get(f"/rooms/{room}/state")["checkedIn"] is True


def test_room_booked_at_the_door_is_taken_for_all(site):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    panel.press(1)
    eventually("the panel shows the meeting", lambda: panel.screen() == "meeting")
    walk_up = site.get(f"/rooms/{room}/state")["current"]
    assert (walk_up["endUnix"] - walk_up["startUnix"], walk_up["organizer"]) == (1800, None)
    begins, ends = (datetime.fromtimestamp(walk_up[at], UTC) for at in ("startUnix", "endUnix"))
    times = {"startsAt": (begins + timedelta(minutes=10)).isoformat(), "endsAt": ends.isoformat()}
    refused = site.client.post("/bookings", json={"roomId": room, "title": "Too late", **times})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/room-already-booked")


def test_meeting_ended_at_the_door_frees_the_room(site):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    panel.press(2)
    eventually("the panel shows the meeting", lambda: panel.screen() == "meeting")
    panel.press(0)
    eventually("the panel asks whether to end", lambda: panel.screen() == "end_early")
    panel.press(0)
    eventually("the panel is free again", lambda: panel.screen() == "idle")
    assert site.get(f"/rooms/{room}")["status"] == "available"


def test_rooms_change_only_on_their_own_panels(site):
    first, second = site.furnish("Story Corner", "Sandbox")
    panels = [site.hang(first), site.hang(second)]
    site.book(first)
    eventually("its panel asks for check-in", lambda: panels[0].screen() == "check_in")
    assert panels[1].screen() == "idle"


@pytest.mark.skipif(bool(scripts.missing()), reason="needs the fonts: python tools/fonts.py")
def test_title_in_another_script_is_on_the_glass_as_the_hub_has_drawn_it(site):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    site.book(room, title="設計レビュー")
    picture = scripts.picture(TITLE, "設計レビュー")
    eventually("the words stand there", lambda: stands_on(panel.glass(), *picture))
    kept = [path.read_bytes() for path in (panel.flash / "strips").iterdir()]
    assert kept == [struct.pack(">HH", *picture[:2]) + picture[2]]


def stands_on(glass, width, height, dots):
    """Whether a picture's dots are somewhere on the glass."""
    wall, sought = rows(glass, GLASS_PX), rows(dots, width)
    for top in range(len(wall) - height + 1):
        left = wall[top].find(sought[0])
        while left >= 0:
            if all(wall[top + y].startswith(sought[y], left) for y in range(height)):
                return True
            left = wall[top].find(sought[0], left + 1)
    return False


def rows(dots, width):
    """Each row as noughts and ones; rows begin at whole bytes."""
    row_bytes = (width + 7) // 8
    return [
        f"{int.from_bytes(dots[at : at + row_bytes], 'big'):0{row_bytes * 8}b}"[:width]
        for at in range(0, len(dots), row_bytes)
    ]
