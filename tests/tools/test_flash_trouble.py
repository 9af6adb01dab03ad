"""Every failure on the way to "online" says what to do next, in the words of docs/installing.md."""

import argparse
import re
import shlex
import sys
from types import SimpleNamespace

import pytest

from hub.__main__ import parser
from tests.micropython import ROOT
from tools import flash
from tools.installer import board, boards, serial_ports, trouble
from tools.installer.batch import DoneFile, read_jobs
from tools.installer.one_board import Installed, Job, only_here
from tools.installer.trouble import TROUBLES, InstallFailed


def test_page_for_installers_has_the_same_sentences():
    assert trouble.table() in (ROOT / "docs" / "installing.md").read_text()


def test_pictures_for_installers_are_the_ones_that_the_firmware_is_held_to():
    page = ROOT / "docs" / "screens.md"
    pictures = re.findall(r"\]\((\.\./tests/firmware/golden/\S+\.png)\)", page.read_text())
    assert len(pictures) >= 10
    assert not [one for one in pictures if not (page.parent / one).exists()]
    shown = set(re.findall(r"golden/(\S+)\.png", (ROOT / "docs" / "installing.md").read_text()))
    screens = {
        path.stem.replace("_", "-")
        for path in ROOT.glob("firmware/screens/*.py")
        if "def draw(canvas" in path.read_text() and path.stem not in {"__init__", "ring"}
    }
    assert screens <= shown
    assert not [one for one in shown if not (ROOT / f"tests/firmware/golden/{one}.png").exists()]


def test_commands_for_installers_are_understood():
    page = (ROOT / "docs" / "installing.md").read_text().replace("\\\n", " ")
    commands = re.findall(r"^ *(circletime .+)$", page, re.MULTILINE)
    assert len(commands) >= 5
    for command in [*commands, "circletime tls next-ca", "circletime tls use-next-ca", "circletime tls show"]:
        words = shlex.split(command)[1:]
        parser(words[0]).parse_args(words)


def test_every_failure_is_raised_somewhere_and_is_made_of_whole_sentences():
    code = "".join(path.read_text() for path in [*ROOT.glob("tools/**/*.py"), ROOT / "hub/cli/flash.py"])
    for slug, one in TROUBLES.items():
        assert code.count(f'"{slug}"') > 1, f"nobody raises {slug}"
        assert re.fullmatch(r"[A-Z`].*\.", one.says), slug
        assert re.fullmatch(r"[A-Z].*[.`]", one.do), slug


def plugged(monkeypatch, *vendors):
    ports = [SimpleNamespace(device=f"/dev/ttyUSB{number}", vid=vid) for number, vid in enumerate(vendors)]
    monkeypatch.setattr(serial_ports.list_ports, "comports", lambda: ports)


def test_only_board_is_found_among_other_ports(monkeypatch):
    plugged(monkeypatch, None, 0x1A86, 0x1234)
    assert serial_ports.find_port(None) == "/dev/ttyUSB1"
    assert serial_ports.find_port("COM7") == "COM7"


def test_no_board_and_two_boards_say_so(monkeypatch):
    plugged(monkeypatch, None)
    with pytest.raises(InstallFailed, match="No board is plugged in"):
        serial_ports.find_port(None)
    plugged(monkeypatch, 0x303A, 0x10C4)
    with pytest.raises(InstallFailed, match=r"ttyUSB0 \(Espressif USB\), /dev/ttyUSB1"):
        serial_ports.find_port(None)


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("[Errno 13] could not open port /dev/ttyUSB0: Permission denied", "no-permission"),
        ("could not open port 'COM3': PermissionError(13, 'Access is denied.')", "no-permission"),
        ("Could not exclusively lock port /dev/ttyUSB0: [Errno 11] unavailable", "port-busy"),
        ("[Errno 2] could not open port /dev/ttyUSB0: No such file or directory", "no-port"),
    ],
)
def test_systems_words_about_a_port_are_understood(said, slug):
    assert board._port_failure("/dev/ttyUSB0", said).slug == slug


def test_board_is_known_by_its_chip_unless_two_have_it():
    assert (
        boards.board_for("Generic ESP32S3 module with Octal-SPIRAM with ESP32S3", None) == "reterminal_e1001"
    )
    with pytest.raises(InstallFailed, match="inkplate6flick or waveshare_esp32"):
        boards.board_for("ESP32", None)
    assert boards.board_for("Generic ESP32 module with ESP32", "waveshare_esp32") == "waveshare_esp32"


def test_address_that_only_the_hubs_computer_knows_is_noticed_on_a_real_board():
    machine = "Generic ESP32S3 module with ESP32S3"
    assert only_here("127.0.0.1", machine)
    assert only_here("localhost", machine)
    assert not only_here("10.0.0.7", machine)
    assert not only_here("127.0.0.1", "linux [GCC 14.2.1] version")


def test_board_with_another_chip_and_one_that_nobody_knows_are_refused():
    with pytest.raises(InstallFailed, match="reterminal_e1001 has an ESP32-S3"):
        boards.board_for("ESP32", "reterminal_e1001")
    with pytest.raises(InstallFailed, match="'toaster' is none of"):
        boards.board_for("ESP32", "toaster")


def test_every_board_names_its_chip():
    files = {path.stem for path in boards.FOLDER.glob("[a-z]*.py")} - {"esp32_board", "keys"}
    assert boards.boards().keys() >= files & {
        "inkplate6flick",
        "reterminal_e1001",
        "waveshare_esp32",
        "simulator",
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "first line"),
        ("name\nx\n", "first line"),
        ("room,colour\nAttic,red\n", "first line"),
        ("room,name\n", "is empty"),
        ("room,name\nAttic,\n,Left\n", "Line 3 names no room"),
    ],
)
def test_list_that_is_none_says_what_is_wrong_with_it(tmp_path, content, says):
    (tmp_path / "rooms.csv").write_text(content)
    with pytest.raises(InstallFailed, match=says):
        read_jobs(tmp_path / "rooms.csv")


def test_list_as_a_spreadsheet_writes_it_is_read(tmp_path):
    (tmp_path / "rooms.csv").write_bytes("\ufeffroom,name,board\r\nAttic, Left ,\r\n".encode())
    assert read_jobs(tmp_path / "rooms.csv") == [Job("Attic", "Left", None, None)]


def test_what_is_done_is_known_again_also_where_a_room_has_two_panels(tmp_path):
    jobs = [Job("Attic"), Job("Attic"), Job("Attic", "Left")]
    done = DoneFile(tmp_path / "rooms.csv")
    first, second, left = done.keys(jobs)
    done.add(first, Installed("Attic", "p1", "a0", "simulator", 3))
    again = DoneFile(tmp_path / "rooms.csv")
    assert [again.has(key) for key in (first, second, left)] == [True, False, False]


def asked(monkeypatch, *words, **environ):
    """What `circletime flash` says to these words where there is no terminal."""
    for name in ("EMAIL", "PASSWORD", "TOKEN", "WIFI", "WIFI_PASSWORD"):
        monkeypatch.delenv(f"CIRCLETIME_{name}", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False))
    parser = argparse.ArgumentParser()
    flash.add_arguments(parser)
    return flash.run(parser.parse_args(words), lambda _url, _who: SimpleNamespace(url="http://hub"))


@pytest.mark.parametrize(
    ("words", "environ", "says"),
    [
        ((), {}, "There is nobody to log in"),
        ((), {"CIRCLETIME_TOKEN": "t"}, "There is no Wi-Fi to join"),
        (("--wifi", "Office"), {"CIRCLETIME_TOKEN": "t"}, "There is no Wi-Fi password"),
        (("--no-hub", "--micropython", "x.bin"), {}, "go together"),
        (("--no-hub", "--erase"), {}, "--erase takes it away"),
        (("--no-hub", "--hub", "rooms.example.org"), {}, "no address of a hub"),
        (("--no-hub", "--hub", "https://rooms.example.org"), {}, "no CA to check"),
        (("--no-hub", "--hub", "https://h", "--hub-ca", "none.pem"), {}, "no CA to check"),
        (("--no-hub", "--wifi", "Office"), {}, "There is no Wi-Fi password"),
    ],
)
def test_what_is_missing_is_named_before_any_board_is_touched(monkeypatch, capsys, words, environ, says):
    plugged(monkeypatch)
    assert asked(monkeypatch, *words, **environ) == 1
    assert says in " ".join(capsys.readouterr().out.split())
