"""A PIN entered with three keys, on the real MicroPython."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.firmware.hub_double import wait_until
from tests.micropython import needs_micropython
from tests.shared.examples import meeting, state

pytestmark = needs_micropython

PRESSES = {
    "1": [0, 0], "2": [0, 1], "3": [0, 2], "4": [1, 0], "5": [1, 1], "6": [1, 2], "7": [2, 0],
    "8": [2, 1, 0], "9": [2, 1, 1], "0": [2, 1, 2],
}  # fmt: skip
ERASE, CANCEL, OK = [2, 2, 0], [2, 2, 1], [2, 2, 2]
END, PIN, WRONG = 0, "4711", "0894"

ENTRY = """
from firmware import pin_entry, ticks
entry = pin_entry.PinEntry("end", {"bookingId": "m1"})
def press(keys):
    return [entry.press(key) for key in keys][-1]
"""


def entered(digits: str) -> list[int]:
    return [key for digit in digits for key in PRESSES[digit]]


def test_every_digit_has_its_presses_and_the_keys_say_them(on_micropython):
    on_micropython(
        ENTRY
        + f"""
for digit, keys in {PRESSES!r}.items():
    for key in keys:
        assert digit in entry.keys()[key][0], (digit, entry.keys())
        entry.press(key)
    assert entry.count == 1
    assert entry.take() == digit and entry.count == 0
"""
    )


def test_ok_comes_after_four_digits_and_there_are_no_more_than_eight(on_micropython):
    on_micropython(
        ENTRY
        + f"""
press({entered("123")!r})
press({OK[:2]!r})
assert entry.keys()[2][2] is False
assert entry.press(2) is None and entry.count == 3
press({entered("0")!r})
assert press({OK!r}) == "ok"
press({entered("9876543")!r})
assert entry.count == 8
assert entry.take() == "12309876"
"""
    )


def test_erase_takes_the_last_digit_and_cancel_ends_it(on_micropython):
    on_micropython(
        ENTRY
        + f"""
press({ERASE!r})
press({entered("12")!r})
press({ERASE!r})
assert entry.count == 1
assert press({CANCEL!r}) == "cancel"
"""
    )


def test_digits_are_forgotten_and_the_wait_is_a_minute(on_micropython):
    on_micropython(
        ENTRY
        + f"""
press({entered("1234")!r})
entry.forget()
assert entry.count == 0 and entry.take() == ""
assert bytes(entry._digits) == bytes(8)
assert 59000 < entry.left_ms() <= 60000
ticks.since_ms = lambda _: 60000
assert entry.left_ms() <= 0
"""
    )


def test_presses_keep_their_order_and_number(on_micropython):
    on_micropython(
        """
import asyncio
from firmware.inputs import Inputs
inputs = Inputs()
assert not inputs.waiting
for round in range(5):
    for key in (2, 2, 0, 1, 2, 7, -1):
        inputs.press(key)
    assert inputs.waiting
    assert asyncio.run(inputs.pressed()) == [2, 2, 0, 1, 2]
for _ in range(20):
    inputs.press(1)
assert asyncio.run(inputs.pressed()) == [1] * 16
"""
    )


@pytest.fixture
def asking(hub, panel):
    """A panel that shows a meeting, whose end takes the PIN; the hub grants it for the right one."""
    found: dict[str, Any] = state(meeting(0, status="checked_in"))
    found["policy"]["glass"] = {"end": "pin"}
    hub.publish_state(found)
    grant = hub.answers

    def judge(command):
        if command.get("pin") == PIN:
            return grant(command)
        detail = "This is not the room's PIN"
        return {"id": command["id"], "ok": False, "problem": "wrong-pin", "detail": detail}

    hub.answers = judge
    one = panel()
    hub.shows("meeting")
    hub.press(END)
    hub.shows("pin")
    return one


def says_something(glass: bytes) -> bool:
    """Whether the strip for what must be said is there, white on a busy room's black."""
    return not any(glass[131 * 100 + 56 : 131 * 100 + 97])


def press(hub, keys):
    for key in keys:
        hub.press(key)


def test_wrong_pin_is_said_and_the_right_one_ends_the_meeting(hub, asking):
    assert not says_something(hub.glass())
    press(hub, entered(WRONG) + OK)
    wait_until(lambda: says_something(hub.glass()), "the refusal on the glass")
    press(hub, entered(PIN) + OK)
    hub.shows("idle")
    first, second = hub.said("command")
    assert (first["action"], first["bookingId"], first["pin"]) == ("end", "m1", WRONG)
    assert (second["pin"], second["id"] != first["id"]) == (PIN, True)


def test_pin_rests_on_no_flash_and_goes_with_the_link(hub, asking):
    hub.answers = lambda _: None
    press(hub, entered(PIN) + OK)
    wait_until(lambda: len(hub.said("command")) == 1, "the hub is asked")
    kept = b"".join(path.read_bytes() for path in asking.flash.iterdir() if path.is_file())
    assert PIN.encode() not in kept.replace(str(hub.port).encode(), b"")
    hub.cut()
    hub.shows("meeting")
    assert len(hub.said("command")) == 1, "it is not sent again"
    assert json.loads((asking.flash / "outbox.json").read_text()) == []


def test_cancel_goes_back(hub, asking):
    press(hub, entered("12") + CANCEL)
    hub.shows("meeting")
    assert hub.said("command") == []


def test_room_that_asks_no_more_is_obeyed(hub, asking):
    hub.publish_state(hub.state | {"revision": 9, "policy": state()["policy"]})
    press(hub, CANCEL)
    hub.shows("meeting")
    press(hub, [END])
    hub.shows("end_early")
