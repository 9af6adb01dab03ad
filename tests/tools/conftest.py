"""Boards without hardware for each test that asks for one."""

import pytest

from tests.micropython import MICROPYTHON
from tests.tools.pty_board import PtyBoard


@pytest.fixture
def make_board(tmp_path):
    """Makes a board, plugged in; all are pulled at the end."""
    if MICROPYTHON is None:
        pytest.skip("MicroPython's unix port is packaged for x86-64 Linux only")
    made = []

    def make(**how):
        made.append(PtyBoard(tmp_path / f"board-{len(made)}", **how).plug())
        return made[-1]

    yield make
    for board in made:
        board.pull()


@pytest.fixture
def pty_board(make_board):
    return make_board()
