"""From a blank board to "online" with one command: the real hub, the real mpremote, the real firmware on a board that
is MicroPython on a pseudo-terminal, its network the host's."""

import argparse
import base64
import json
import os
import random
import subprocess
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from hub.cli.flash import connect
from hub.tls.issuing import new_authority
from tests.flows.site import CIRCLETIME, EMAIL, PASSWORD, Site, eventually
from tests.micropython import MICROPYTHON
from tests.tools.pty_board import HARDWARE, WIFI, PtyBoard
from tools import flash
from tools.installer.board import Board
from tools.installer.claim import Claim
from tools.installer.one_board import Job, Wifi, Wishes, install
from tools.installer.slots import Firmware
from tools.installer.trouble import InstallFailed

SSID, WIFI_PASSWORD = next(iter(WIFI.items()))


class Quiet:
    """Shows nobody how far it is."""

    def step(self, what):
        pass

    expect = advance = note = step


@pytest.fixture(scope="module")
def building(tmp_path_factory):
    """One hub for all of these: starting it is what takes longest."""
    if MICROPYTHON is None:
        pytest.skip("MicroPython's unix port is packaged for x86-64 Linux only")
    found = Site(tmp_path_factory.mktemp("hub"))
    found.start()
    found.story_corner, found.attic = found.furnish("Story Corner", "Attic")
    yield found
    found.close()


@pytest.fixture
def site(building):
    yield building
    for panel in panels(building):
        building.client.delete(f"/panels/{panel['id']}").raise_for_status()


@pytest.fixture
def board(tmp_path):
    found = PtyBoard(tmp_path / "board").plug()
    yield found
    found.pull()


@pytest.fixture
def wishes(site):
    who = {"CIRCLETIME_EMAIL": EMAIL, "CIRCLETIME_PASSWORD": PASSWORD}

    def make(**more):
        found = {
            "firmware": Firmware.built(),
            "image": None,
            "erase": False,
            "wifi": Wifi(SSID, WIFI_PASSWORD),
            "battery": False,
            "language": None,
            "library": None,
            "hub": connect(f"http://127.0.0.1:{site.port}", who),
            "claim": None,
            "mqtt_host": None,
            "move": False,
            "dry_run": False,
        }
        return Wishes(**(found | more))

    return make


def panels(site):
    return site.get("/panels")["items"]


def environment(**more):
    words = {
        "CIRCLETIME_EMAIL": EMAIL,
        "CIRCLETIME_PASSWORD": PASSWORD,
        "CIRCLETIME_WIFI_PASSWORD": WIFI_PASSWORD,
        "COLUMNS": "200",
    }
    return os.environ | words | more


def test_blank_board_is_online_with_one_command_and_shows_its_room(site, board):
    words = ["--hub", f"http://127.0.0.1:{site.port}", "--room", "story corner", "--wifi", SSID]
    done = subprocess.run(
        [*CIRCLETIME, "flash", *words, "--port", board.port],
        env=environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (panel,) = panels(site)
    assert (panel["name"], panel["roomId"], panel["hardware"]) == (
        "Story Corner",
        site.story_corner,
        HARDWARE,
    )
    assert f"{panel['id']} │ online after" in done.stdout
    eventually("it shows its room", lambda: panels(site)[0]["screen"] == "idle")
    secret = installed(board)["secret"]
    for hidden in (secret, WIFI_PASSWORD, PASSWORD):
        assert hidden not in done.stdout + done.stderr


def installed(board):
    """What is in the board's panel.json."""
    link = Board.at(board.port)
    assert link
    found = json.loads(link.read("/panel.json") or "{}")
    link.close()
    return found


def test_run_that_broke_off_anywhere_is_repeated_and_leaves_one_panel(site, board, wishes):
    install(Job("Attic", port=board.port), wishes(), Quiet())
    most, chance = board.passed, random.Random(4)
    blank = PtyBoard(board.flash.parent.parent / "another", hardware="00aa11bb22cc")
    try:
        for share in (0.3, 0.9, 0.97, 0.98, 0.99):  # of a first run's bytes; it registers near the end
            blank.plug(pull_after=int(most * share) + chance.randrange(1000))
            with suppress(InstallFailed):
                install(Job("Attic", port=blank.port), wishes(), Quiet())
            blank.pull()
        done = install(Job("Attic", port=blank.plug().port), wishes(), Quiet())
    finally:
        blank.pull()
    assert sorted(panel["hardware"] for panel in panels(site)) == sorted([HARDWARE, "00aa11bb22cc"])
    assert done.panel_id in {panel["id"] for panel in panels(site)}


def test_board_of_another_room_moves_only_when_told(site, board, wishes):
    first = install(Job("Story Corner", port=board.port), wishes(), Quiet())
    with pytest.raises(InstallFailed, match="It hangs at Story Corner"):
        install(Job("Attic", port=board.port), wishes(), Quiet())
    moved = install(Job("HQ / Attic", port=board.port), wishes(move=True), Quiet())
    assert moved.panel_id == first.panel_id
    assert site.get(f"/panels/{first.panel_id}")["roomId"] == site.attic


def test_panel_that_was_revoked_is_installed_anew_and_forgets_what_it_was(site, board, wishes):
    first = install(Job("Story Corner", port=board.port), wishes(), Quiet())
    eventually("it kept its room's state", lambda: panels(site)[0]["screen"] == "idle")
    site.client.delete(f"/panels/{first.panel_id}").raise_for_status()
    again = install(Job(None, port=board.port), wishes(), Quiet())
    assert again.panel_id != first.panel_id
    assert panels(site)[0]["roomId"] is None


def test_dry_run_changes_nothing(site, board, wishes):
    done = install(Job("Story Corner", port=board.port), wishes(dry_run=True), Quiet())
    assert done.panel_id is None
    assert panels(site) == []
    link = Board.at(board.port)
    assert link
    assert link.hashes("/") == {}
    link.close()


def test_board_gets_its_firmware_in_the_workshop_and_the_rest_where_it_hangs(site, board, wishes):
    install(Job(None, port=board.port), wishes(hub=None, wifi=None), Quiet())
    assert installed(board) == {"board": "simulator", "power": "mains"}
    claim = Claim.checked(f"http://127.0.0.1:{site.port}/", None)
    install(Job(None, port=board.port), wishes(hub=None, claim=claim), Quiet())
    install(Job(None, port=board.port), wishes(hub=None, wifi=None), Quiet())
    kept = installed(board)
    assert (kept["hubUrl"], kept["wifiSsid"]) == (f"http://127.0.0.1:{site.port}", SSID)
    board.pull()
    board.plug()
    eventually("it shows a code", lambda: b"claim me: " in board.console)
    done = install(Job("Attic", port=board.port), wishes(), Quiet())
    assert site.get(f"/panels/{done.panel_id}")["status"] == "online"


def test_wrong_wifi_password_leaves_no_panel_behind(site, board, wishes):
    with pytest.raises(InstallFailed, match="refuses the password"):
        install(Job("Story Corner", port=board.port), wishes(wifi=Wifi(SSID, "wrong")), Quiet())
    assert panels(site) == []


def test_panel_that_does_not_come_online_says_what_the_board_said_last(site, board, wishes):
    mute = Firmware(
        {
            "firmware/__init__.py": b"",
            "firmware/main.py": b"def main(): print('link lost: no luck')\n",
        },
        Firmware.built().boot,
    )
    with pytest.raises(InstallFailed, match="no luck"):
        install(Job("Story Corner", port=board.port), wishes(firmware=mute, online_s=3), Quiet())


class WithAnotherCA:
    """The hub, but what it tells a new panel to trust is a CA of somebody else's."""

    def __init__(self, hub):
        self._hub, self.another = hub, base64.b64encode(new_authority(datetime.now(UTC)).der).decode()

    def __getattr__(self, name):
        return getattr(self._hub, name)

    def post(self, path, body):
        found = self._hub.post(path, body)
        assert found["mqtt"]["tls"]
        return found | {"ca": self.another}


def test_board_comes_by_tls_and_one_that_trusts_another_ca_says_so(site_by_tls, board, wishes):
    site_by_tls.furnish("Story Corner")
    who = {"CIRCLETIME_EMAIL": EMAIL, "CIRCLETIME_PASSWORD": PASSWORD}
    hub = connect(f"http://127.0.0.1:{site_by_tls.port}", who)
    with pytest.raises(InstallFailed, match=r"does not trust the hub's certificate.* E34 "):
        install(Job("Story Corner", port=board.port), wishes(hub=WithAnotherCA(hub)), Quiet())
    done = install(Job("Story Corner", port=board.port), wishes(hub=hub), Quiet())
    assert site_by_tls.get(f"/panels/{done.panel_id}")["status"] == "online"


def test_unknown_room_is_refused_before_the_board_is_touched(site, wishes):
    with pytest.raises(InstallFailed, match="It was given as 'Cellar'"):
        install(Job("Cellar", port="/dev/pts/none"), wishes(), Quiet())


def test_login_that_the_hub_refuses_leads_to_the_variables(site):
    with pytest.raises(InstallFailed, match="Check CIRCLETIME_EMAIL"):
        connect(f"http://127.0.0.1:{site.port}", {"CIRCLETIME_TOKEN": "nonsense"})


def test_hub_that_is_not_there_says_how_to_give_its_address():
    with pytest.raises(InstallFailed, match="give its address with --hub"):
        connect("http://127.0.0.1:9", {"CIRCLETIME_TOKEN": "any"})


def test_batch_goes_on_after_a_failure_and_a_repeat_does_only_what_is_missing(
    site, board, tmp_path, monkeypatch, capsys
):
    rows = tmp_path / "rooms.csv"
    rows.write_text(f"room,port\nCellar,/dev/pts/none\nAttic,{board.port}\n")
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    plugged = []
    monkeypatch.setattr("builtins.input", lambda _: plugged.append("") or "")
    assert flashed(site, rows) == 1
    said = capsys.readouterr().out
    assert "The hub has no such room. It was given as 'Cellar'." in said
    assert "online after" in said
    rows.write_text(rows.read_text().replace("Cellar,/dev/pts/none\n", ""))
    assert flashed(site, rows) == 0
    assert len(plugged) == 2, "a panel that is done is not asked for again"
    assert "done before" in capsys.readouterr().out
    kept = (tmp_path / "rooms.csv.done.json").read_text()
    for secret in (WIFI_PASSWORD, PASSWORD, installed(board)["secret"]):
        assert secret not in kept


def flashed(site, rows):
    parser = argparse.ArgumentParser()
    flash.add_arguments(parser)
    words = ["--hub", f"http://127.0.0.1:{site.port}", "--wifi", SSID, "--batch", str(rows)]
    return flash.run(parser.parse_args(words), connect)
