"""Boards on recorded wires: pins, keys, lamp, battery, deep sleep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.firmware.run_on_board import run
from tests.micropython import needs_micropython

pytestmark = needs_micropython

BEGIN = """
import asyncio
import esp32
import machine
from firmware import boards, ticks
passed = [100000]
ticks.now_ms = lambda: passed[0]
ticks.since_ms = lambda earlier: passed[0] - earlier
def presses(board):
    keys = board.inputs.take()
    assert len(set(keys)) == len(keys)
    return sum(1 << key for key in keys)
"""


@pytest.fixture
def on_board(tmp_path: Path) -> Callable[[str], str]:
    return lambda script: run(BEGIN + script, tmp_path)


@pytest.mark.parametrize(
    ("board", "clock", "data", "wires", "keys"),
    [
        ("reterminal_e1001", 7, 9, (10, 11, 12, 13), (5, 4, 3)),
        ("waveshare_esp32", 13, 14, (15, 27, 26, 25), (32, 33, 4)),
    ],
)
def test_pins_are_those_of_the_makers_examples(
    on_board: Callable[[str], str],
    board: str,
    clock: int,
    data: int,
    wires: tuple[int, ...],
    keys: tuple[int, ...],
) -> None:
    on_board(f"""
board = boards.load({board!r})
settings = board.display._spi.settings
assert (settings["sck"].id, settings["mosi"].id) == ({clock}, {data})
assert settings["baudrate"] <= 10000000
display = board.display
assert tuple(pin.id for pin in (display._cs, display._dc, display._rst, display._busy)) == {wires}
assert machine.pins[{wires[0]}]() == 1, "the chip is not selected"
assert machine.pins[{wires[2]}]() == 1, "it is not held in reset"
for place, pin in enumerate({keys}):
    passed[0] += 1000
    machine.pins[pin].fall()
    assert presses(board) == 1 << place
""")


def test_a_bouncing_contact_is_one_press(on_board: Callable[[str], str]) -> None:
    on_board("""
board = boards.load("reterminal_e1001")
key = machine.pins[5]
for _ in range(5):
    key.fall(); passed[0] += 2
    key.rise(); passed[0] += 2
key.fall()
assert presses(board) == 1
passed[0] += 200
for _ in range(5):
    key.rise(); passed[0] += 2
    key.fall(); passed[0] += 2
key.rise()
assert presses(board) == 0
passed[0] += 100
key.fall()
assert presses(board) == 1
""")


def test_a_tap_quicker_than_the_bouncing_does_not_lose_the_next_press(
    on_board: Callable[[str], str],
) -> None:
    on_board("""
board = boards.load("reterminal_e1001")
key = machine.pins[5]
key.fall(); passed[0] += 20
key.rise(); passed[0] += 100
assert presses(board) == 1
key.fall()
assert presses(board) == 1
""")


def test_a_spike_that_is_over_when_asked_is_no_press(on_board: Callable[[str], str]) -> None:
    on_board("""
board = boards.load("reterminal_e1001")
key = machine.pins[4]
key.handler(key)
assert presses(board) == 0
""")


def test_the_key_that_woke_the_panel_is_a_press(on_board: Callable[[str], str]) -> None:
    on_board("""
machine.levels[3] = 0
board = boards.load("reterminal_e1001")
assert presses(board) == 4
""")


def test_a_key_held_for_long_starts_the_panel_anew(on_board: Callable[[str], str]) -> None:
    on_board("""
board = boards.load("reterminal_e1001")
key = machine.pins[4]
key.fall()
passed[0] += 7000
key.rise()
passed[0] += 100
key.fall()
passed[0] += 9000
try:
    key.rise()
    raise AssertionError("no reset")
except SystemExit as error:
    assert error.args[0] == 75
""")


def test_battery_is_measured_through_its_divider_and_the_divider_switched_off(
    on_board: Callable[[str], str],
) -> None:
    on_board("""
board = boards.load("reterminal_e1001")
machine.levels[("adc", 1)] = 1925000
machine.wire.clear()
assert board.battery_mv() == 3850
assert machine.wire == [["pin", 21, 1], ["pin", 21, 0]]
from firmware.battery import percent
assert percent(3850) == 60
assert [percent(mv) for mv in (0, 3300, 3500, 3575, 4200)] == [0, 0, 5, 12, 100]
found = [percent(mv) for mv in range(3200, 4300)]
assert found == sorted(found)
assert boards.load("waveshare_esp32").battery_mv() is None
""")


def test_lamp_is_lit_by_a_low_pin(on_board: Callable[[str], str]) -> None:
    on_board("""
board = boards.load("reterminal_e1001")
assert machine.pins[6]() == 1
board.led(True)
assert machine.pins[6]() == 0
board.led(False)
assert machine.pins[6]() == 1
""")


def test_deep_sleep_keeps_what_it_is_given_until_the_board_wakes(on_board: Callable[[str], str]) -> None:
    on_board("""
board = boards.load("reterminal_e1001")
assert board.kept() == b""
try:
    board.deep_sleep(600000, b"kept")
except SystemExit:
    pass
assert machine.slept == [600000]
assert esp32.wakes == [("ext1", [5, 4, 3], 0)]
machine.reset_is = machine.DEEPSLEEP_RESET
assert boards.load("reterminal_e1001").kept() == b"kept"
machine.reset_is = machine.PWRON_RESET
assert boards.load("reterminal_e1001").kept() == b""
""")


def test_an_older_esp32_wakes_by_one_key(on_board: Callable[[str], str]) -> None:
    on_board("""
try:
    boards.load("waveshare_esp32").deep_sleep(1000, b"")
except SystemExit:
    pass
assert esp32.wakes == [("ext0", [33], 0)]
""")
