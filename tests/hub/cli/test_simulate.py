"""`circletime panel simulate`: which doors it goes to, what it refuses, and how it keeps panels running."""

from __future__ import annotations

import argparse
import sys
import threading

import pytest

from hub.__main__ import parser
from hub.cli import simulate, simulated_panels
from hub.cli.rest_client import HubSays, NoHub, RestClient
from hub.cli.simulated_panels import MOST_DEATHS, SimulatedPanel, keep_alive
from tests.flows.site import eventually
from tools import simulator


class HubDouble:
    """A hub with these rooms, where panels hang at some doors."""

    def __init__(self, *names: str, panels_at: tuple[str, ...] = ()) -> None:
        self._lists = {
            "/rooms": [{"id": name.lower(), "name": name} for name in names],
            "/panels": [{"roomId": name.lower()} for name in panels_at],
        }

    def items(self, path: str, **_: str):
        return iter(self._lists[path])


def doors(hub: HubDouble, *names: str, count: int | None = None) -> list[str]:
    return [room["name"] for room in simulate._rooms(hub, list(names), count)]


def test_without_a_room_named_the_first_door_without_a_panel_gets_one():
    assert doors(HubDouble("Attic", "Recess", panels_at=("Attic",))) == ["Recess"]


def test_each_room_named_gets_one_whatever_the_case():
    assert doors(HubDouble("Attic", "Recess", "Sandbox"), "SANDBOX", "attic") == ["Sandbox", "Attic"]


def test_more_panels_than_doors_go_round():
    assert doors(HubDouble("Attic", "Recess"), count=3) == ["Attic", "Recess", "Attic"]
    assert doors(HubDouble("Attic", "Recess"), "Recess", count=2) == ["Recess", "Recess"]


@pytest.mark.parametrize(
    ("hub", "names", "count", "says"),
    [
        (HubDouble("Sandbox"), ["Attic"], None, "There are: Sandbox."),
        (HubDouble(), [], None, "no rooms yet"),
        (HubDouble("Sandbox"), [], 0, "from 1 to 300"),
        (HubDouble("Sandbox"), [], 301, "from 1 to 300"),
    ],
)
def test_doors_that_cannot_be_are_refused_with_what_to_do(hub, names, count, says):
    with pytest.raises(simulate.CannotSimulate, match=says):
        simulate._rooms(hub, names, count)


@pytest.fixture
def asked(monkeypatch):
    """Runs the command as far as its login, as an admin whose password the hub takes or not."""
    monkeypatch.setattr(simulated_panels, "why_none", lambda: None)
    monkeypatch.setenv("CIRCLETIME_EMAIL", "ada@example.org")
    monkeypatch.setenv("CIRCLETIME_PASSWORD", "correct horse")

    def run(*words: str) -> None:
        arguments: argparse.Namespace = parser("panel").parse_args(["panel", "simulate", *words])
        simulate._simulate(arguments, threading.Event())

    return run


def test_without_credentials_it_says_which_variables_to_set(asked, monkeypatch):
    monkeypatch.delenv("CIRCLETIME_PASSWORD")
    with pytest.raises(simulate.CannotSimulate, match="set CIRCLETIME_EMAIL and CIRCLETIME_PASSWORD"):
        asked()


def test_a_password_that_the_hub_refuses_leads_to_the_variables(asked, monkeypatch):
    def refuse(*_: object) -> None:
        raise HubSays("Unknown address or wrong password.")

    monkeypatch.setattr(RestClient, "login", refuse)
    with pytest.raises(simulate.CannotSimulate, match="Look at CIRCLETIME_EMAIL"):
        asked()


def test_where_no_hub_answers_it_says_how_to_give_its_address(asked):
    with pytest.raises(simulate.CannotSimulate, match="give its address with --hub"):
        asked("--hub", "http://127.0.0.1:9")
    with pytest.raises(NoHub, match="is not an address"):
        asked("--hub", "circletime.local")


def test_elsewhere_than_on_x86_64_linux_it_says_why_and_that_the_hub_works(monkeypatch):
    def nowhere() -> None:
        raise FileNotFoundError

    monkeypatch.setattr(simulator, "interpreter", nowhere)
    reason = simulated_panels.why_none()
    assert reason
    assert "x86-64 Linux" in reason
    assert "work without them" in reason


@pytest.fixture
def panel(tmp_path, monkeypatch):
    """A panel whose program is a line of Python."""

    def start(program: str) -> SimulatedPanel:
        monkeypatch.setattr(simulator, "command", lambda _, *, woken: ([sys.executable, "-c", program], {}))
        return SimulatedPanel("Sandbox", "id", tmp_path)

    return start


def test_a_panel_that_asked_for_a_restart_gets_it_as_often_as_it_asks(panel, tmp_path):
    starts = tmp_path / "starts"
    restarting = panel(f"open({str(starts)!r}, 'a').write('x'); raise SystemExit({simulator.RESET_STATUS})")

    def often() -> bool:
        restarting.revive()
        return starts.exists() and len(starts.read_text()) > MOST_DEATHS + 2

    eventually("it has started often", often)
    assert not restarting.given_up
    restarting.end()
    restarting.wait()


def test_a_panel_that_keeps_dying_is_given_up_with_its_last_words(panel, capfd):
    dying = panel("raise SystemExit('out of paper')")
    keep_alive([dying], threading.Event())  # returns when the only panel is given up
    assert dying.given_up
    assert capfd.readouterr().err.count("out of paper") == MOST_DEATHS + 1


def test_a_panel_ends_when_its_standard_input_does(panel):
    listening = panel("import sys; sys.stdin.read()")
    assert listening._process.poll() is None
    listening.end()
    assert listening._process.wait(10) == 0


def test_a_panel_that_will_not_end_is_killed(panel, monkeypatch):
    monkeypatch.setattr(simulated_panels, "_GRACE_S", 0.1)
    deaf = panel("import time; time.sleep(60)")
    deaf.end()
    deaf.wait()
    assert deaf._process.returncode != 0


def test_a_panel_whose_watchdog_is_starved_is_started_again(panel, tmp_path):
    watchdog, starts = tmp_path / "watchdog", tmp_path / "starts"
    hung = panel(
        f"open({str(starts)!r}, 'a').write('x'); open({str(watchdog)!r}, 'w').write('1.0'); "
        "import time; time.sleep(60)"
    )

    def again() -> bool:
        hung.revive()
        return starts.exists() and len(starts.read_text()) > 1

    eventually("it has started again", again)
    hung.end()
    hung.wait()
