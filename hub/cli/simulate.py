"""`circletime panel simulate`: panels without hardware, at a running hub."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from itertools import cycle, islice
from typing import Any

from hub.cli import simulated_panels
from hub.cli.panel_waves import ToldToStop, Waves
from hub.cli.rest_client import HubSays, NoHub, RestClient

DESCRIPTION = """Runs panels without hardware: the real firmware on MicroPython's unix port (x86-64 Linux).

They come in waves: the next when the last shows what the hub has. Each is provisioned over REST as CIRCLETIME_EMAIL with CIRCLETIME_PASSWORD, a manager or an admin, then joins
over MQTT. Ctrl-C ends the panels and revokes them.

With --unclaimed they come without credentials, as from the box: each shows a code, and joins once somebody has
claimed it with that.
"""

EXAMPLES = """examples:
  circletime panel simulate --room "Story Corner"
  circletime panel simulate --unclaimed
  circletime panel simulate --count 4 --hub http://circletime.example.org
"""


MOST_PANELS = 300
MOST_NAMED = 16


class CannotSimulate(Exception):
    """Raised when no panel can be simulated; the text says why and what to do."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    panel = commands.add_parser("panel")
    actions = panel.add_subparsers(title="actions", metavar="ACTION", required=True)
    parser = actions.add_parser(
        "simulate",
        help="run panels without hardware",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--room", action="append", metavar="NAME", help="at this room's door; may be repeated"
    )
    parser.add_argument(
        "--count",
        type=int,
        help="how many (default: one at each --room, else one, at a door without a panel)",
    )
    parser.add_argument("--unclaimed", action="store_true", help="without credentials: they show a code")
    parser.add_argument("--battery", action="store_true", help="on battery: they sleep in between")
    parser.add_argument("--hub", default="http://127.0.0.1:8000", metavar="URL", help="default: %(default)s")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        _simulate(arguments, stopped)
    except ToldToStop:
        return 0
    except (CannotSimulate, NoHub, HubSays) as error:
        print(f"circletime panel simulate: {error}", file=sys.stderr)
        return 1
    return 0


def _simulate(arguments: argparse.Namespace, stopped: threading.Event) -> None:
    reason = simulated_panels.why_none()
    if reason:
        raise CannotSimulate(reason)
    hub = RestClient(arguments.hub)
    if arguments.unclaimed:
        _simulate_unclaimed(hub, arguments, stopped)
        return
    _login(hub)
    rooms = _rooms(hub, arguments.room or [], arguments.count)
    waves = Waves(hub, len(rooms), stopped)
    with simulated_panels.running(hub, rooms, waves, battery=arguments.battery) as panels:
        for panel in panels[:MOST_NAMED]:
            print(f"A panel hangs at {panel.name} ({panel.panel_id}).", flush=True)
        print(f"See them at {hub.url}/wall. Ctrl-C ends them.", flush=True)
        simulated_panels.keep_alive(panels, stopped)


def _simulate_unclaimed(hub: RestClient, arguments: argparse.Namespace, stopped: threading.Event) -> None:
    if arguments.room:
        raise CannotSimulate("--unclaimed panels have no --room: they get it when they are claimed.")
    count = _checked_count(1 if arguments.count is None else arguments.count)
    if os.environ.get("CIRCLETIME_EMAIL"):
        _login(hub)  # to revoke them in the end
    with simulated_panels.waiting(hub, count) as panels:
        print(f"Claim them at {hub.url}, or with POST /panels/claim. Ctrl-C ends them.", flush=True)
        simulated_panels.keep_alive(panels, stopped)


def _login(hub: RestClient) -> None:
    email, password = os.environ.get("CIRCLETIME_EMAIL"), os.environ.get("CIRCLETIME_PASSWORD")
    if not email or not password:
        raise CannotSimulate(
            "set CIRCLETIME_EMAIL and CIRCLETIME_PASSWORD to a manager's or an admin's; "
            "`circletime user add` makes one."
        )
    try:
        hub.login(email, password)
    except NoHub as error:
        raise CannotSimulate(f"{error} Start `circletime serve`, or give its address with --hub.") from error
    except HubSays as error:
        raise CannotSimulate(f"{error} Look at CIRCLETIME_EMAIL and CIRCLETIME_PASSWORD.") from error


def _rooms(hub: RestClient, names: list[str], count: int | None) -> list[dict[str, Any]]:
    """`count` doors that get a panel: those named, else those of rooms without one first, over and over."""
    every = list(hub.items("/rooms", limit="100"))
    by_name = {room["name"].casefold(): room for room in reversed(every)}
    missing = [name for name in names if name.casefold() not in by_name]
    if missing:
        raise CannotSimulate(f"there is no room {missing[0]!r}. There are: {_told(every)}.")
    if not every:
        raise CannotSimulate("the hub has no rooms yet; `circletime import` or POST /rooms makes some.")
    with_panel = {panel["roomId"] for panel in hub.items("/panels")}
    doors = [by_name[name.casefold()] for name in names]
    doors = doors or sorted(every, key=lambda room: room["id"] in with_panel)
    wanted = max(len(names), 1) if count is None else count
    return list(islice(cycle(doors), _checked_count(wanted)))


def _checked_count(wanted: int) -> int:
    if not 1 <= wanted <= MOST_PANELS:
        raise CannotSimulate(f"--count takes a number from 1 to {MOST_PANELS}.")
    return wanted


def _told(rooms: list[dict[str, Any]]) -> str:
    names = [room["name"] for room in rooms]
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "") if names else "none at all"
