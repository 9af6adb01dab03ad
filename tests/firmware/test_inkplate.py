"""The Inkplate 6FLICK: our frame enlarged onto its glass, and fingers on its soft keys."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.firmware import run_on_board
from tests.micropython import needs_micropython

pytestmark = needs_micropython

BEGIN = """
import asyncio
import json
import random
import inkplate6FLICK as library
from touchCypress import Touch, reports
from firmware import boards, ticks
from firmware.drivers import FULL, PARTIAL
passed = [100000]
ticks.now_ms = lambda: passed[0]
ticks.since_ms = lambda earlier: passed[0] - earlier
def touch(*more):
    reports.extend(more)
    async def wait():
        return await asyncio.wait_for(board.inputs.pressed(), 0.1)
    try:
        return asyncio.run(wait())
    except asyncio.TimeoutError:
        return []
board = boards.load("inkplate6flick")
frame = bytearray(48000)
def rows(first):
    return memoryview(frame)[100 * first : 100 * first + 4000]
"""


def run(script: str, folder: Path) -> str:
    return run_on_board.run(BEGIN + script, folder, heap="4m")  # a board with PSRAM


def enlarged(frame: bytes) -> bytes:
    """The glass of 1024x758 dots, lowest bit left, said in dots: for each of its dots the frame's that stands there."""
    across = [x * 4 // 5 for x in range(1000)]
    glass = bytearray(1024 * 758 // 8)
    for y in range(600):
        row = frame[y * 4 // 5 * 100 :][:100]
        for x, source in enumerate(across):
            if row[source // 8] >> 7 - source % 8 & 1:
                at = (y + 79) * 1024 + x + 8
                glass[at // 8] |= 1 << at % 8
    return bytes(glass)


def test_the_frame_is_on_the_glass_five_to_four(tmp_path: Path) -> None:
    frame = bytearray(random.Random(6).randbytes(48000))
    (tmp_path / "frame").write_bytes(frame)
    printed = run(
        """
frame[:] = open("frame", "rb").read()
asyncio.run(board.display.show(rows, (0, 0, 800, 480), PARTIAL))
print('"' + bytes(library._Inkplate.glass).hex() + '"')
for row in range(83, 157):
    frame[row * 100 : row * 100 + 100] = bytes(100)
asyncio.run(board.display.show(rows, (0, 83, 800, 74), PARTIAL))
print('"' + bytes(library._Inkplate.glass).hex() + '"')
print(json.dumps(library.shown))
""",
        tmp_path,
    )
    first, second, shown = [json.loads(line) for line in printed.splitlines()]
    assert bytes.fromhex(first) == enlarged(frame)
    frame[8300:15700] = bytes(7400)
    assert bytes.fromhex(second) == enlarged(frame)
    assert shown == [["full"], ["partial", 0, 179, 1024, 100]]


def test_each_third_of_the_foot_is_a_key(tmp_path: Path) -> None:
    run(
        """
from firmware.boards.inkplate6flick import key_at
foot = 79 + 450 * 5 // 4
assert [key_at(x, foot) for x in (0, 8 + 330, 8 + 336, 8 + 660, 8 + 670, 1023)] == [0, 0, 1, 1, 2, 2]
assert key_at(500, 757) == 1
assert key_at(500, 79 + 390 * 5 // 4) is None
assert key_at(500, 0) is None
""",
        tmp_path,
    )


def test_a_finger_that_rests_is_one_press(tmp_path: Path) -> None:
    run(
        """
left, right = (100, 540), (1500, 540)
assert touch(left) == [0]
for _ in range(10):
    passed[0] += 100
    assert touch(left) == []
passed[0] += 300
assert touch(right) == [2]
passed[0] += 300
assert touch(None) == [], "no finger after all"
assert touch((700, 20)) == [], "nothing to press there"
""",
        tmp_path,
    )


def test_battery_and_deep_sleep(tmp_path: Path) -> None:
    run(
        """
import esp32
import machine
assert board.battery_mv() == 3850
try:
    board.deep_sleep(5000, b"")
except SystemExit:
    pass
assert machine.slept == [5000] and esp32.wakes == []
Touch.answers = False
assert boards.load("inkplate6flick").inputs is not None
""",
        tmp_path,
    )
