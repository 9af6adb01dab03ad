"""A room that asks for its PIN at the door: real hub, real panel, real presses."""

from tests.firmware.test_pin_entry import OK, entered, says_something
from tests.flows.site import eventually


def test_meeting_whose_end_takes_a_pin_ends_for_who_knows_it(site):
    (room,) = site.furnish("Story Corner")
    at = f"/rooms/{room}"
    site.client.put(f"{at}/glass-pin", json={"pin": "4711"}).raise_for_status()
    site.client.patch(at, json={"policy": {"glass": {"end": "pin"}}}).raise_for_status()
    panel = site.hang(room)
    booking = site.book(room)
    eventually("the panel asks for check-in", lambda: panel.screen() == "check_in")
    panel.press(0)
    eventually("the panel shows the meeting", lambda: panel.screen() == "meeting")

    def told():
        found = site.get("/audit", action="glass.end", limit=10)["items"]
        return [(one["subjectId"], one["detail"]["result"], one["detail"].get("byPin")) for one in found]

    def enter(pin):
        for key in entered(pin) + OK:
            panel.press(key)

    panel.press(0)
    eventually("the panel asks for the PIN", lambda: panel.screen() == "pin")
    enter("0894")
    eventually("the hub has refused it", lambda: told() == [(room, "wrong-pin", None)])
    eventually("the panel says so", lambda: says_something(panel.glass()))
    assert site.booking(booking["id"])["status"] == "checked_in"
    enter("4711")
    eventually("the panel is free", lambda: panel.screen() == "idle")
    assert site.booking(booking["id"])["status"] == "completed"
    assert told() == [(booking["id"], "done", True), (room, "wrong-pin", None)]
    assert all("4711" not in log.read_text() for log in site.folder.glob("*.log"))
