"""The library of a board's maker: taken from a folder, copied once, and missed with a sentence."""

import pytest

from tools.installer import maker_library
from tools.installer.board import Board
from tools.installer.trouble import InstallFailed


@pytest.fixture
def link(pty_board):
    found = Board.at(pty_board.port)
    assert found
    yield found
    found.close()


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "Inkplate6FLICK"
    found.mkdir()
    for name in ("inkplate6FLICK.py", "touchCypress.py", "gfx.py", "README.md"):
        (found / name).write_text(f"# {name}\n")
    return found


def test_library_is_copied_once_and_found_the_next_time(link, folder):
    said = []
    maker_library.bring(link, "inkplate6flick", folder, said.append)
    assert link.hashes("/lib").keys() == {"inkplate6FLICK.py", "touchCypress.py", "gfx.py"}
    assert len(said) == 3
    maker_library.bring(link, "inkplate6flick", folder, said.append)
    maker_library.bring(link, "inkplate6flick", None, said.append)
    assert len(said) == 3


def test_board_without_it_is_told_of(link, folder):
    with pytest.raises(InstallFailed, match=r"lacks inkplate6FLICK and touchCypress"):
        maker_library.bring(link, "inkplate6flick", None, print)
    (folder / "touchCypress.py").unlink()
    with pytest.raises(InstallFailed, match=r"lacks touchCypress"):
        maker_library.bring(link, "inkplate6flick", folder, print)


def test_other_boards_need_none(link, folder):
    maker_library.bring(link, "reterminal_e1001", None, print)
    maker_library.bring(link, "reterminal_e1001", folder, print)
    assert link.hashes("/lib") == {}
