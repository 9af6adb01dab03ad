"""`circletime panel simulate`: panels without hardware, at a hub that runs already."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.site import EMAIL, PASSWORD, eventually

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def simulate(site, tmp_path):
    """Starts the command at the site's hub, as its admin."""
    started: list[subprocess.Popen[str]] = []

    def start(*flags: str) -> subprocess.Popen[str]:
        words = ["panel", "simulate", "--hub", f"http://127.0.0.1:{site.port}", *flags]
        env = os.environ | {
            "CIRCLETIME_EMAIL": EMAIL,
            "CIRCLETIME_PASSWORD": PASSWORD,
            "TMPDIR": str(tmp_path),
        }
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "hub", *words],
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def panels(site) -> list[dict]:
    return site.get("/panels")["items"]


def online(site) -> list[dict]:
    """The panels that are connected and have shown a picture."""
    return [panel for panel in panels(site) if panel["status"] == "online" and panel["frame"]]


def hellos(site) -> int:
    """How often panels have come into contact with the hub."""
    with sqlite3.connect(f"file:{site.folder / 'circletime.db'}?mode=ro", uri=True) as database:
        return int(database.execute("SELECT count(*) FROM panel_contacts").fetchone()[0])


def test_a_panel_hangs_at_the_named_room_and_is_revoked_when_told_to_stop(site, simulate):
    _, sandbox = site.furnish("Recess", "Sandbox")
    process = simulate("--room", "sandbox")
    eventually("a panel is online", lambda: online(site))
    (panel,) = panels(site)
    assert (panel["roomId"], panel["simulated"]) == (sandbox, True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert panels(site) == []


def test_several_go_to_doors_without_one_first(site, simulate):
    site.furnish("Recess", "Sandbox")
    process = simulate("--count", "2")
    eventually("two panels are online", lambda: len(online(site)) == 2)
    assert len({panel["roomId"] for panel in panels(site)}) == 2
    said = [process.stdout.readline() for _ in range(2)]
    assert said[0] == "2 of 2 panels are in step.\n"
    assert re.fullmatch(r"All in step after \d+ s; memory per panel \d+\.\d MB\.\n", said[1])


def test_a_panel_that_dies_comes_back_with_its_credentials(site, simulate):
    site.furnish("Sandbox")
    process = simulate()
    eventually("the panel is online", lambda: online(site))
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    (before,) = (int(pid) for pid in children.read_text().split())
    os.kill(before, signal.SIGKILL)
    eventually("the panel greets the hub again", lambda: hellos(site) == 2)
    assert len(panels(site)) == 1


def test_a_panel_on_battery_sleeps_in_between_and_is_not_taken_for_dead(site, simulate):
    site.furnish("Sandbox")
    process = simulate("--battery")
    eventually("it sleeps", lambda: [one["status"] for one in panels(site)] == ["sleeping"])
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert "ended with" not in process.stdout.read()


def shown_code(process) -> str:
    """The next code on a glass, as the command tells it."""
    for line in process.stdout:
        if "shows the code" in line:
            return str(line.rsplit(" ", 1)[1].strip().rstrip("."))
    raise AssertionError("it ended without a code")


def test_panel_from_the_box_is_claimed_shows_its_room_and_is_swapped(site, simulate, tmp_path):
    room, _ = site.furnish("Sandbox", "Recess")
    process = simulate("--unclaimed", "--count", "2")
    codes = [shown_code(process), shown_code(process)]
    assert panels(site) == []
    old = site.post("/panels/claim", {"code": codes[0], "roomId": room})
    eventually("it shows its room", lambda: [one["screen"] for one in panels(site)] == ["idle"])
    assert online(site)[0]["shownRevision"] == online(site)[0]["roomRevision"]
    assert [one["health"] for one in panels(site)] == ["ok"]

    new = site.post(f"/panels/{old['id']}/replace", {"code": codes[1]})
    assert (new["roomId"], new["name"]) == (room, "Sandbox")
    assert [one["id"] for one in panels(site)] == [new["id"]]
    (flash,) = [
        kept.parent
        for kept in tmp_path.glob("circletime-panels-*/*/credentials.json")
        if old["id"] in kept.read_text()
    ]
    eventually(
        "the old one is cut off and stays out", lambda: "refused, code 5" in (flash / "panel.log").read_text()
    )
    eventually("the new one shows the room", lambda: [one["screen"] for one in online(site)] == ["idle"])

    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert panels(site) == []
