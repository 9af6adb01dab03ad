"""`circletime flash`: a blank board becomes a panel that is online, and forty of them in a row."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.installer.batch import DoneFile, Outcome, read_jobs
from tools.installer.bootloader import Image
from tools.installer.claim import Claim
from tools.installer.one_board import Job, Wifi, Wishes, install
from tools.installer.registration import HubDoor
from tools.installer.shown import OnScreen
from tools.installer.slots import Firmware
from tools.installer.trouble import InstallFailed

DESCRIPTION = """Makes a blank board a panel that is online: MicroPython, the firmware, the Wi-Fi, its place at the
hub. Looks first and does only what is missing, so a run that broke off is simply repeated.

The hub is asked as CIRCLETIME_EMAIL with CIRCLETIME_PASSWORD, or with CIRCLETIME_TOKEN: a manager's or an
admin's. The Wi-Fi's password is CIRCLETIME_WIFI_PASSWORD. What is not set is asked for; neither is ever
shown, logged or kept on this computer.
"""

EXAMPLES = """examples:
  circletime flash --hub https://rooms.example.org --wifi Office --room "Story Corner"
  circletime flash --room Attic --wifi Office --micropython ESP32_GENERIC_S3.bin --sha256 4f2a...
  circletime flash --wifi Office --batch rooms.csv    # one a line: room,name,board; repeat to go on
  circletime flash --room Attic --dry-run             # what would be done
  circletime flash --no-hub                           # in the workshop: the firmware only
  circletime flash --no-hub --hub http://rooms.example.org:8000 --wifi Office    # shows a code to claim it by
"""

_NEXT_WITHOUT_HUB = (
    "The firmware is on it. Where it shall hang, repeat with --hub, --room and --wifi; "
    "or switch it on, and tell it both with a phone: the glass says how."
)
_NEXT_TO_CLAIM = "Hang it where it shall be. It shows a code: type that in Circle Time, under Panels."

DEFAULT_HUB = "http://127.0.0.1:8000"

Connect = Callable[[str, Mapping[str, str]], HubDoor]
"""Opens the hub's door: its address, and who asks as CIRCLETIME_EMAIL and so on. Raises InstallFailed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--room", metavar="NAME", help="whose door it hangs at; else it is claimed later")
    which.add_argument("--batch", type=Path, metavar="FILE", help="a CSV file with a panel a line")
    parser.add_argument("--name", help="the panel's name (default: its room's)")
    parser.add_argument("--hub", metavar="URL", help=f"default: {DEFAULT_HUB}")
    parser.add_argument(
        "--no-hub",
        action="store_true",
        help="ask no hub: with --hub the panel asks it itself, and shows a code to claim it by; a later run can do the rest",
    )
    parser.add_argument(
        "--hub-ca",
        type=Path,
        metavar="FILE",
        help="with --no-hub and an https:// hub: the CA (PEM) that vouches for it",
    )
    parser.add_argument(
        "--mqtt-host", metavar="HOST", help="where panels find the hub, if it says it wrongly"
    )
    parser.add_argument("--wifi", metavar="NAME", help="default: CIRCLETIME_WIFI")
    parser.add_argument(
        "--country", metavar="CODE", help="two letters, for Wi-Fi channels that not every country has"
    )
    parser.add_argument(
        "--language", choices=("en", "de", "fr", "es"), help="what the glass speaks until the hub says"
    )
    parser.add_argument(
        "--battery", action="store_true", help="it runs on its battery, and sleeps in between"
    )
    parser.add_argument(
        "--library", type=Path, metavar="FOLDER", help="its maker's library, for a board that needs one"
    )
    parser.add_argument("--port", help="the serial port (default: the one with a board)")
    parser.add_argument("--board", metavar="NAME", help="which board it is (default: the one with this chip)")
    parser.add_argument(
        "--micropython", type=Path, metavar="FILE", help="the firmware file, where the board lacks it"
    )
    parser.add_argument("--sha256", metavar="HEX", help="of that file; it must be given with it")
    parser.add_argument("--erase", action="store_true", help="empty the board first")
    parser.add_argument("--move", action="store_true", help="also if it is the panel of another room")
    parser.add_argument(
        "--dry-run", action="store_true", help="look, say what would be done, and change nothing"
    )


def run(arguments: argparse.Namespace, connect: Connect) -> int:
    """Exits with 0 where every board is online, else with 1."""
    console = Console(highlight=False)
    try:
        wishes = _wishes(arguments, connect)
        outcomes = _all(arguments, wishes, console)
    except InstallFailed as failed:
        _print_failure(console, failed)
        return 1
    console.print(_table(outcomes))
    _print_next(console, outcomes, wishes)
    return 0 if all(outcome.done or outcome.before for outcome in outcomes) else 1


def _wishes(arguments: argparse.Namespace, connect: Connect) -> Wishes:
    if bool(arguments.micropython) != bool(arguments.sha256):
        raise InstallFailed("wrong-sha256", "--micropython and --sha256 go together.")
    if arguments.erase and not arguments.micropython:
        raise InstallFailed("no-micropython", "--erase takes it away.")
    image = Image.read(arguments.micropython, arguments.sha256) if arguments.micropython else None
    hub = None if arguments.no_hub else connect(arguments.hub or DEFAULT_HUB, _who(os.environ))
    return Wishes(
        firmware=Firmware.built(),
        image=image,
        erase=arguments.erase,
        wifi=_wifi(arguments),
        battery=arguments.battery,
        language=arguments.language,
        library=arguments.library,
        hub=hub,
        claim=_claim(arguments) if arguments.no_hub else None,
        mqtt_host=arguments.mqtt_host,
        move=arguments.move,
        dry_run=arguments.dry_run,
    )


def _who(environ: Mapping[str, str]) -> dict[str, str]:
    """Who asks the hub; asked for in a terminal where it is not set. Raises InstallFailed."""
    known = {name: environ[name] for name in ("CIRCLETIME_TOKEN", "CIRCLETIME_EMAIL") if environ.get(name)}
    if "CIRCLETIME_TOKEN" in known:
        return known
    if not known and not sys.stdin.isatty():
        raise InstallFailed("no-login")
    email = known.get("CIRCLETIME_EMAIL") or input("E-mail address at the hub: ")
    password = environ.get("CIRCLETIME_PASSWORD") or _secret(f"Password of {email}: ", "no-login")
    return {"CIRCLETIME_EMAIL": email, "CIRCLETIME_PASSWORD": password}


def _claim(arguments: argparse.Namespace) -> Claim | None:
    """Where the panel asks to be claimed. Raises InstallFailed."""
    if arguments.hub is None:
        return None
    return Claim.checked(arguments.hub, arguments.hub_ca)


def _wifi(arguments: argparse.Namespace) -> Wifi | None:
    """None where the board is given none in this run."""
    if arguments.dry_run:
        return None
    ssid = arguments.wifi or os.environ.get("CIRCLETIME_WIFI")
    if not ssid:
        if arguments.no_hub:
            return None
        raise InstallFailed("no-wifi-name")
    password = os.environ.get("CIRCLETIME_WIFI_PASSWORD")
    if password is None:
        password = _secret(f"Password of {ssid}: ", "no-wifi-password")
    return Wifi(ssid, password, arguments.country)


def _secret(question: str, slug: str) -> str:
    if not sys.stdin.isatty():
        raise InstallFailed(slug)
    return getpass.getpass(question)


def _all(arguments: argparse.Namespace, wishes: Wishes, console: Console) -> list[Outcome]:
    if arguments.batch is None:
        return [_one(Job(arguments.room, arguments.name, arguments.board, arguments.port), wishes, console)]
    jobs, done = read_jobs(arguments.batch), DoneFile(arguments.batch)
    outcomes: list[Outcome] = []
    for number, (job, key) in enumerate(zip(jobs, done.keys(jobs), strict=True), 1):
        if done.has(key):
            outcomes.append(Outcome(job, before=True))
            continue
        console.rule(f"{number} of {len(jobs)}: {escape(key)}", align="left")
        if not _plugged_in():
            outcomes.append(Outcome(job))
            continue
        asked = Job(job.room, job.name, job.board or arguments.board, job.port or arguments.port)
        outcomes.append(_one(asked, wishes, console))
        if (found := outcomes[-1].done) and not wishes.dry_run:
            done.add(key, found)
    return outcomes


def _plugged_in() -> bool:
    """Asks for the next board; False where this one shall wait for another time."""
    try:
        return (
            input("Plug in the next board and press Enter (s: skip it, Ctrl-C: end) ").strip().lower() != "s"
        )
    except EOFError:
        return False


def _one(job: Job, wishes: Wishes, console: Console) -> Outcome:
    try:
        with OnScreen(console) as shown:
            return Outcome(job, done=install(job, wishes, shown))
    except InstallFailed as failed:
        _print_failure(console, failed)
        return Outcome(job, failed=failed)


def _print_failure(console: Console, failed: InstallFailed) -> None:
    console.print(f"[bold red]✗[/] {escape(failed.says)} {escape(failed.detail)}")
    console.print(f"  [bold]→[/] {escape(failed.do)}")


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(title="Panels", title_justify="left")
    for column in ("room", "board", "number", "panel", "result"):
        table.add_column(column, overflow="fold")
    for outcome in outcomes:
        done = outcome.done
        cells = (done.board, done.hardware, done.panel_id or "") if done else ("", "", "")
        table.add_row(escape((done.room if done else outcome.job.room) or ""), *cells, _result(outcome))
    return table


def _result(outcome: Outcome) -> str:
    if outcome.failed:
        return f"[red]failed: {escape(outcome.failed.says)}"
    if outcome.before:
        return "[green]done before"
    if outcome.done is None:
        return "left for later"
    return f"[green]{'online' if outcome.done.panel_id else 'ready'}[/] after {outcome.done.took_s:.0f} s"


def _print_next(console: Console, outcomes: list[Outcome], wishes: Wishes) -> None:
    if wishes.dry_run:
        console.print("Nothing was changed. Leave out --dry-run to do it.")
    elif not all(outcome.done or outcome.before for outcome in outcomes):
        console.print("Repeat the same command for those that are missing.")
    elif wishes.hub is None:
        console.print(_NEXT_WITHOUT_HUB if wishes.claim is None else _NEXT_TO_CLAIM)
    else:
        console.print(f"Hang it beside its door. All panels are at {wishes.hub.url}/wall.")
