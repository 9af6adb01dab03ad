"""From a booking to the wall and back, through every real part: hub, broker, firmware on MicroPython."""

from tests.flows.site import eventually

INK, PAPER = b"\xff", b"\x00"


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
    refused = site.client.post(
        "/bookings",
        json={
            "roomId": room,
            "title": "Too late",
            "startsAt": "2026-11-23T09:00:00Z",
            "endsAt": "2026-11-23T08:00:00Z",
        },
    )
    assert refused.status_code == 422


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
