"""The UC8179 driver against drivers by others, and against a model of the controller."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.firmware import run_on_board
from tests.firmware.uc8179_model import HEIGHT, ROW, Model
from tests.micropython import needs_micropython

pytestmark = needs_micropython

HERE = Path(__file__).parent
REFERENCES = json.loads((HERE / "uc8179_references.json").read_text())

Said = list[list[Any]]

FRAMES = """
import random
frame = bytearray(48000)
def rows(first):
    return memoryview(frame)[100 * first : 100 * first + 4000]
def draw(seed, first=0, last=480, left=0, right=100):
    '''Fills a rectangle of whole bytes with dots that depend on the seed.'''
    random.seed(seed)
    for row in range(first, last):
        for at in range(row * 100 + left, row * 100 + right):
            frame[at] = random.getrandbits(8)
def picture():
    print('"' + bytes(frame).hex() + '"')
"""


@pytest.fixture
def said(tmp_path: Path) -> Callable[[str], Said]:
    """What the driver says over its wires while a coroutine's body runs under MicroPython. A picture that the
    script printed is a string among it."""

    def run(body: str) -> Said:
        lines = [
            "from uc8179_wires import *",
            "from firmware.drivers import FULL, FAST, PARTIAL, DisplayStuck",
            "WHOLE = (0, 0, 800, 480)",
            FRAMES,
            "async def main():",
            *["    " + line for line in body.strip().splitlines()],
            "play(main())",
        ]
        printed = run_on_board.run("\n".join(lines), tmp_path, heap="8m")  # the record is large
        return [json.loads(line) for line in printed.splitlines()]

    return run


def split(lines: Said) -> tuple[Said, list[bytes]]:
    """The commands, and the pictures that the script printed."""
    pictures = [bytes.fromhex(line) for line in lines if isinstance(line, str)]
    return [line for line in lines if not isinstance(line, str)], pictures


def played(commands: Said, until: int | None = None) -> Model:
    """The model just after its refresh number `until`, or at the end."""
    model = Model()
    for command, data in commands:
        model.take(command, bytes.fromhex(data))
        if until is not None and len(model.refreshes) == until:
            break
    return model


def test_first_picture_is_on_the_glass_whatever_was_there_before(said: Callable[[str], Said]) -> None:
    commands, (picture,) = split(said("draw(1)\nawait display.show(rows, WHOLE, FULL)\npicture()"))
    model = played(commands)
    assert model.glass == picture
    assert model.refreshes == ["whole"] and not model.powered


def test_black_is_one_in_the_frame_and_black_on_the_glass(said: Callable[[str], Said]) -> None:
    commands, _ = split(said("frame[0] = 0x80\nawait display.show(rows, WHOLE, FULL)"))
    glass = played(commands).glass
    assert glass[0] == 0x80 and not any(glass[1:])


def test_every_partial_refresh_after_a_full_one_starts_from_what_is_shown(
    said: Callable[[str], Said],
) -> None:
    """The classic mistake shows at the second: dots go back to what they were before the first."""
    commands, pictures = split(
        said("""
draw(1)
picture()
await display.show(rows, WHOLE, FULL)
for seed in (2, 3, 4):
    draw(seed, 80, 200)
    picture()
    await display.show(rows, (0, 80, 800, 120), PARTIAL)
""")
    )
    for number, picture in enumerate(pictures):
        assert played(commands, number + 1).glass == picture, f"refresh {number}"
    assert played(commands).refreshes == ["whole", "partial", "partial", "partial"]


def test_model_sees_the_classic_mistake(said: Callable[[str], Said]) -> None:
    """The test above would fail for a driver that leaves the old plane as it was."""
    commands, pictures = split(
        said("""
await display.show(rows, WHOLE, FULL)
for seed in (2, 3):
    draw(seed, 80, 200)
    picture()
    await display.show(rows, (0, 80, 800, 120), PARTIAL)
""")
    )
    without_copy = [[c, f"{int(d[:2], 16) & ~8:02x}07"] if c == "50" else [c, d] for c, d in commands]
    assert played(without_copy).glass != pictures[-1]
    assert played(commands).glass == pictures[-1]


def test_a_rectangle_is_widened_to_whole_bytes(said: Callable[[str], Said]) -> None:
    commands, (picture,) = split(
        said("""
draw(1)
await display.show(rows, WHOLE, FULL)
draw(2, 100, 131, 1, 4)
await display.show(rows, (13, 100, 14, 31), PARTIAL)
picture()
""")
    )
    assert [d for c, d in commands if c == "90"] == ["0008001f00640082" + "01"]
    assert played(commands).glass == picture


def test_random_pictures_in_random_rectangles(said: Callable[[str], Said]) -> None:
    dice = random.Random(7)
    body = ["draw(0)", "picture()", "await display.show(rows, WHOLE, FULL)"]
    for seed in range(1, 9):
        left, top = dice.randrange(0, 98), dice.randrange(0, 470)
        right, bottom = dice.randrange(left + 1, 101), dice.randrange(top + 1, min(481, top + 60))
        x, width = left * 8, (right - left) * 8
        mode = dice.choice(("PARTIAL", "PARTIAL", "PARTIAL", "FAST"))
        body.append(f"draw({seed}, {top}, {bottom}, {left}, {right})")
        body.append("picture()")
        body.append(f"await display.show(rows, ({x}, {top}, {width}, {bottom - top}), {mode})")
    commands, pictures = split(said("\n".join(body)))
    for number, picture in enumerate(pictures):
        assert played(commands, number + 1).glass == picture, f"refresh {number}"


def test_after_sleep_it_is_reset_and_a_partial_becomes_a_full_one(said: Callable[[str], Said]) -> None:
    commands, (picture,) = split(
        said("""
draw(1)
await display.show(rows, WHOLE, FULL)
await display.sleep()
await display.sleep()
draw(2, 0, 40)
await display.show(rows, (0, 0, 800, 40), PARTIAL)
await display.sleep()
picture()
""")
    )
    model = played(commands)
    assert model.glass == picture
    assert model.refreshes == ["whole", "whole"]
    assert model.asleep
    assert [c for c, _ in commands].count("reset") == 2


@pytest.mark.parametrize("command", ["0x04", "0x12", "0x02"])
def test_busy_that_never_ends_is_an_error_and_the_next_picture_begins_anew(
    said: Callable[[str], Said], command: str
) -> None:
    commands, (picture,) = split(
        said(f"""
display.POWER_MS = display.REFRESH_MS = 60
wires.stuck_after = {command}
try:
    await display.show(rows, WHOLE, FULL)
    raise AssertionError
except DisplayStuck as error:
    assert "{command}" in str(error), error
wires.stuck_after = None
draw(3)
await display.show(rows, WHOLE, PARTIAL)
picture()
""")
    )
    begin_again = max(place for place, (name, _) in enumerate(commands) if name == "reset")
    assert begin_again > 0
    assert played(commands[begin_again:]).glass == picture


def test_a_cancelled_refresh_begins_with_a_reset_next_time(said: Callable[[str], Said]) -> None:
    commands, (picture,) = split(
        said("""
draw(5)
try:
    wires.stuck_after = 0x12
    await asyncio.wait_for(display.show(rows, WHOLE, FULL), 0.2)
    raise AssertionError
except asyncio.TimeoutError:
    pass
wires.stuck_after = None
await display.show(rows, WHOLE, PARTIAL)
picture()
""")
    )
    assert [c for c, _ in commands].count("reset") == 2
    assert played(commands[[c for c, _ in commands].index("reset", 1) :]).glass == picture


def at_refresh(commands: Said) -> dict[str, str]:
    """What the registers hold when the last refresh comes."""
    registers: dict[str, str] = {}
    found: dict[str, str] = {}
    for command, data in commands:
        if command == "12":
            found = dict(registers)
        elif command == "reset":
            registers = {}
        elif command not in {"10", "13", "90", "91", "92", "02", "04"}:
            registers[command] = data
    return found


MODES = {
    "full": "await display.show(rows, WHOLE, FULL)",
    "fast": "await display.show(rows, WHOLE, FAST)",
    "partial": "await display.show(rows, WHOLE, FULL)\nwires.said.clear()\n"
    "await display.show(rows, (0, 40, 800, 40), PARTIAL)",
}


def test_registers_are_set_in_the_order_of_gxepd2(said: Callable[[str], Said]) -> None:
    """All but the data interval, which goes with the mode here."""
    commands = said(MODES["full"])
    reference = [entry for entry in REFERENCES["gxepd2"]["init"] if entry[0] != "50"]
    assert commands[0][0] == "reset"
    assert commands[1 : 1 + len(reference)] == reference


@pytest.mark.parametrize("mode", ["full", "fast", "partial"])
def test_each_refresh_is_started_as_gxepd2_does(said: Callable[[str], Said], mode: str) -> None:
    reference = REFERENCES["gxepd2"]
    expected = at_refresh(reference["init"] + reference[mode])
    ours = at_refresh(
        said("display.init()\n" + MODES["full"].replace("FULL", mode.upper()))
        if mode != "partial"
        else said(MODES["partial"].replace("wires.said.clear()\n", ""))
    )
    if mode == "partial":
        del ours["41"]  # the full refresh before it asked for the thermometer, which TSFIX overrules
    assert ours.keys() == expected.keys()
    differs = {register for register in ours if ours[register] != expected[register]}
    assert differs == reference["differs"].keys()


@pytest.mark.parametrize("mode", ["full", "fast", "partial"])
def test_each_refresh_agrees_with_waveshare_where_they_set_a_register(
    said: Callable[[str], Said], mode: str
) -> None:
    reference = REFERENCES["waveshare"]
    expected = at_refresh(reference[mode])
    ours = at_refresh(said(MODES[mode].replace("wires.said.clear()\n", "")))
    differs = {register for register in expected if ours[register] != expected[register]}
    assert differs <= reference["differs"].keys()


def test_partial_goes_through_the_window_like_waveshares(said: Callable[[str], Said]) -> None:
    commands = said(MODES["partial"])
    window_on = [c for c, _ in commands][[c for c, _ in commands].index("91") :]
    assert window_on == ["91", "90", "13", "12", "92", "02"]
    assert [len(d) // 2 for c, d in commands if c == "13"] == [40 * ROW]
    assert [c for c, _ in REFERENCES["waveshare"]["partial"]][-4:] == ["91", "90", "13", "12"]


def test_sleep_is_waveshares(said: Callable[[str], Said]) -> None:
    commands = said("await display.show(rows, WHOLE, FULL)\nawait display.sleep()")
    assert [c for c, _ in commands][-3:] == ["02", "50", "07"]
    assert dict(commands[-3:]) == dict(REFERENCES["waveshare"]["sleep"])


def test_no_write_is_a_byte_at_a_time_nor_over_8_kib(said: Callable[[str], Said]) -> None:
    lines = said("""
sizes = []
plain = wires.write
def measured(data):
    sizes.append(len(data))
    plain(data)
wires.write = measured
await display.show(rows, WHOLE, FULL)
wires.said.clear()
wires.said.append([0, bytes((max(sizes) >> 8, max(sizes) & 255, len(sizes) >> 8, len(sizes) & 255))])
""")
    found = bytes.fromhex(lines[0][1])
    assert found[0] << 8 | found[1] <= 8192
    assert found[2] << 8 | found[3] < HEIGHT + 100
