"""The installer's end of the serial cable, with the real mpremote, at a board that is a real MicroPython."""

import json
import random
import time
from contextlib import suppress

import pytest

from tests.flows.site import eventually
from tools.installer.board import Board
from tools.installer.trouble import InstallFailed

NEVER_ENDS = b"print('panel runs')\nframe = bytearray(48000)\nwhile True:\n    pass\n"


@pytest.fixture
def link(pty_board):
    found = Board.at(pty_board.port)
    assert found
    yield found
    found.close()


def test_what_is_written_is_there_byte_for_byte(link):
    content = random.Random(1).randbytes(9000)
    pieces = []
    link.write("/a/firmware/deep/pack.bin", content, pieces.append)
    assert sum(pieces) == len(content)
    link.write("/empty", b"")
    assert link.hashes("/a") == {"firmware/deep/pack.bin": link.hash("/a/firmware/deep/pack.bin")}
    assert link.read("/empty") == ""
    assert link.read("/nothing") is None
    assert link.hash("/nothing") is None


def test_copy_on_the_board_is_the_same(link):
    link.write("/a/x", b"same" * 500)
    link.duplicate("/a/x", "/b/x", link.hash("/a/x"))
    assert link.hash("/b/x") == link.hash("/a/x")


def test_file_that_arrives_damaged_takes_nothings_place(link):
    link.write("/a/x", b"old")
    with pytest.raises(InstallFailed, match="arrived damaged"):
        link.duplicate("/a/x", "/a/y", "0" * 64)
    assert link.hashes("/a").keys() == {"x"}


def test_what_an_earlier_try_left_half_written_is_swept_away(link):
    link.write("/a/firmware/x.new", b"half")
    link.write("/boot.py.new", b"half")
    link.sweep()
    assert link.hashes("/") == {}


def test_panel_that_runs_is_interrupted_and_its_memory_freed(pty_board, link):
    link.write("/boot.py", NEVER_ENDS)
    link.restart()
    eventually("it runs", lambda: b"panel runs" in pty_board.console)
    link.close()
    again = Board.at(pty_board.port)
    assert again
    assert int(again._run("print(gc.mem_free())")) > 150_000
    again.close()


def test_board_without_micropython_is_none(monkeypatch, make_board):
    deaf = make_board()
    monkeypatch.setattr(deaf, "_through", lambda data: b"")  # what is said in either direction is lost
    assert Board.at(deaf.port) is None


def test_full_flash_says_so(make_board):
    tiny = Board.at(make_board(blocks=16).port)
    with pytest.raises(InstallFailed, match="flash is full"):
        tiny.write("/big", random.Random(2).randbytes(100_000))
    tiny.close()


def test_port_that_another_program_holds_says_so(pty_board, link):
    with pytest.raises(InstallFailed, match="Another program holds the port"):
        Board.at(pty_board.port)


def test_port_that_is_not_there_says_so():
    with pytest.raises(InstallFailed, match="nothing at /dev/pts/none"):
        Board.at("/dev/pts/none")


@pytest.mark.parametrize(
    ("ssid", "password", "says"),
    [
        ("Meadow", "wrong", "refuses the password"),
        ("Elsewhere", "seven dwarfs", "does not see this Wi-Fi"),
    ],
)
def test_wifi_that_does_not_take_the_board_says_why(link, ssid, password, says):
    with pytest.raises(InstallFailed, match=says):
        link.join(ssid, password, 1)


def test_hub_that_the_board_cannot_reach_says_where_it_tried(link):
    link.join("Meadow", "seven dwarfs", 1)
    with pytest.raises(InstallFailed, match=r"It tried 127\.0\.0\.1:9 and got .*ECONNREFUSED"):
        link.reach("127.0.0.1", 9)


def test_error_on_the_board_is_told_in_its_words(link):
    with pytest.raises(InstallFailed, match="ZeroDivisionError"):
        link._run("1 // 0")


@pytest.mark.parametrize("seed", range(12))
def test_cable_pulled_at_any_byte_leaves_the_old_file_or_the_new(pty_board, link, seed):
    chance = random.Random(seed)
    old, new = {"a": "old" * 300}, {"a": "new" * chance.randrange(200, 4000)}
    link.write("/panel.json", json.dumps(old).encode())
    link.close()
    pty_board.pull()
    pty_board.plug(pull_after=chance.randrange(50, 9000))
    with suppress(InstallFailed):
        half = Board.at(pty_board.port)
        assert half
        half.write("/panel.json", json.dumps(new).encode())
        half.close()
    pty_board.pull()
    whole = Board.at(pty_board.plug().port)
    assert json.loads(_all_of(whole, "/panel.json")) in (old, new)
    whole.close()


def _all_of(board, path):
    return board._run(f"print(open({path!r}).read(), end='')")


def test_pulled_cable_is_noticed_within_seconds(pty_board, link):
    pty_board.pull()
    began = time.monotonic()
    with pytest.raises(InstallFailed, match="went away half way"):
        link.facts()
    assert time.monotonic() - began < 10
