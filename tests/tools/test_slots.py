"""A board starts the old firmware or the new one, whole, wherever the cable was pulled; only what changed is sent."""

import random
from contextlib import suppress
from pathlib import Path

import pytest

from tests.flows.site import eventually
from tests.micropython import ROOT
from tools.installer import slots
from tools.installer.board import Board
from tools.installer.slots import Firmware
from tools.installer.trouble import InstallFailed

BOOT = (ROOT / "firmware" / "boot.py").read_bytes()
PACK = random.Random(7).randbytes(6000)


MAIN = """
import json, os
from shared import words

def main():
    with open(__file__.rsplit("/", 1)[0] + "/font.pack", "rb") as pack:
        print("I am", words.WHO, pack.read(1) and VERSION)
    with open("/slots.json") as file:
        slot = json.load(file)["slot"]
    with open("/slots.json.new", "w") as file:  # it has come up: whatever boot.py counts begins anew
        json.dump({"slot": slot}, file)
    os.rename("/slots.json.new", "/slots.json")
"""


def firmware(version, boot=BOOT):
    """A firmware of a few files that says who it is; what it says needs all of them."""
    return Firmware(
        {
            "firmware/__init__.py": b"",
            "firmware/main.py": f"VERSION = {version!r}{MAIN}".encode(),
            "firmware/font.pack": PACK,
            "shared/__init__.py": b"",
            "shared/words.py": f"WHO = {version!r}\n".encode() + b"#" * 3000,
        },
        boot,
    )


OLD, NEW = firmware("old"), firmware("new")


def put(port, wanted):
    """Puts the firmware on the board, and says what was sent for it."""
    board = Board.at(port)
    try:
        todo = slots.plan(board, wanted)
        if todo.changes:
            slots.fill(board, wanted, todo, lambda _: None)
            slots.start_from(board, wanted, todo)
        return todo
    finally:
        board.close()


def starts(board):
    """What the firmware says after the board was unplugged and plugged in again."""
    board.pull()
    board.plug()
    eventually("it has started", lambda: b">>>" in board.console)
    return board.console.decode()


def test_new_board_gets_all_of_it_and_starts_it(pty_board):
    todo = put(pty_board.port, OLD)
    assert sorted(todo.send) == sorted(OLD.files)
    assert "I am old old" in starts(pty_board)


def test_board_that_has_it_gets_nothing(pty_board):
    put(pty_board.port, OLD)
    assert not put(pty_board.port, OLD).changes


def test_only_what_changed_goes_through_the_cable(pty_board):
    put(pty_board.port, OLD)
    todo = put(pty_board.port, NEW)
    assert sorted(todo.send) == ["firmware/main.py", "shared/words.py"]
    assert "I am new new" in starts(pty_board)


def test_changes_go_to_the_slot_that_does_not_run_and_stale_files_go(pty_board):
    first = put(pty_board.port, OLD)
    assert put(pty_board.port, NEW).slot != first.slot
    without = Firmware({path: one for path, one in OLD.files.items() if "pack" not in path}, BOOT)
    assert put(pty_board.port, without).remove == ["firmware/font.pack"]


def test_boot_file_of_another_version_is_replaced(pty_board):
    put(pty_board.port, OLD)
    todo = put(pty_board.port, Firmware(OLD.files, BOOT + b"# newer\n"))
    assert (todo.send, todo.boot_differs) == ([], True)


def test_board_in_safe_mode_is_given_its_tries_anew(pty_board):
    put(pty_board.port, OLD)
    board = Board.at(pty_board.port)
    board.write("/slots.json", b'{"slot": "a", "left": 0, "other": null, "state": "ok"}')
    board.close()
    todo = put(pty_board.port, OLD)
    assert (todo.changes, todo.send, str(todo)) == (
        True,
        [],
        "firmware: as it should be; its tries begin anew",
    )
    assert "I am old old" in starts(pty_board)


def test_board_too_small_for_it_is_told_before_anything_is_sent(make_board):
    board = Board.at(make_board(blocks=8).port)
    with pytest.raises(InstallFailed, match=r"It takes .* KiB and has .* KiB free"):
        slots.fill(board, OLD, slots.plan(board, OLD), lambda _: None)
    assert board.hashes("/") == {}
    board.close()


def test_slot_file_that_is_no_json_is_mended(pty_board):
    put(pty_board.port, OLD)
    board = Board.at(pty_board.port)
    board.write("/slots.json", b"[1")
    board.close()
    put(pty_board.port, NEW)
    assert "I am new new" in starts(pty_board)


def traffic(board, wanted):
    """The bytes that putting this firmware takes, from plugging in to the end."""
    board.pull()
    put(board.plug().port, wanted)
    return board.passed


def cut(board, wanted, after):
    board.pull()
    board.plug(pull_after=after)
    with suppress(InstallFailed):
        put(board.port, wanted)


@pytest.mark.parametrize("seed", range(3))
def test_cable_pulled_anywhere_in_a_change_then_repeated_ends_right(make_board, seed):
    whole = make_board()
    put(whole.port, OLD)
    most = traffic(whole, NEW)
    chance, board = random.Random(seed), make_board()
    put(board.port, OLD)
    for _ in range(6):
        cut(board, NEW, chance.randrange(most))
        said = starts(board)
        assert ("I am old old" in said) + ("I am new new" in said) == 1, said
    put(board.port, NEW)
    assert "I am new new" in starts(board)
    assert not put(board.port, NEW).changes


@pytest.mark.parametrize("seed", range(3))
def test_cable_pulled_anywhere_at_a_blank_board_never_starts_half_a_firmware(make_board, seed):
    most = traffic(make_board(), OLD)
    chance, board = random.Random(100 + seed), make_board()
    for _ in range(6):
        cut(board, OLD, chance.randrange(most))
        said = starts(board)
        assert "I am old old" in said or "Traceback" not in said, said
    put(board.port, OLD)
    assert "I am old old" in starts(board)


def test_real_firmware_fits_a_slot_of_a_board():
    """An ESP32 with 4 MB of flash has a file system of 2 MB, and needs room for two."""
    built = Firmware.built()
    assert "firmware/main.mpy" in built.files
    assert not [path for path in built.files if Path(path).suffix not in {".mpy", ".pack", ".words"}]
    assert sum(len(one) + slots.BLOCK_BYTES for one in built.files.values()) < 1_000_000
