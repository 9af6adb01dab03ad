"""`circletime demo`: a furnished building, the hub, and panels that run the real firmware."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo, available_timezones

from hub.cli import demo_building, simulated_panels
from hub.cli.data_directory import CannotServe, data_directory
from hub.cli.rest_client import HubSays, NoHub, RestClient
from hub.cli.serve import listening_socket, serve
from hub.clock import WallClock
from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.rooms.service import buildings
from hub.settings import Settings, port

KEPT = Path("data") / "demo"

DESCRIPTION = """Everything on this machine, with nothing to set up: a building of twelve rooms and the people
in it, the hub with its MQTT broker and its database, and four panels that run the real firmware (on x86-64
Linux). Starts afresh each time. Ctrl-C ends all of it.
"""

EXAMPLES = """examples:
  circletime demo
  circletime demo --port 8080 --mqtt-port 1884
  circletime demo --keep      # go on tomorrow with what you did today
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "demo",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=port, default=8000, help="of the web app and REST (default: 8000)")
    parser.add_argument("--mqtt-port", type=port, default=1883, help="of the panels (default: 1883)")
    parser.add_argument("--no-panels", action="store_true", help="only the hub and the web app")
    parser.add_argument("--open", action="store_true", help="open the web app in a browser")
    parser.add_argument(
        "--keep", action="store_true", help=f"keep the data in ./{KEPT}, and go on from there"
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())  # while it serves, the web server listens itself
    try:
        with _data(keep=arguments.keep) as data_dir:
            settings = Settings(data_dir=data_dir, port=arguments.port, mqtt_port=arguments.mqtt_port)
            with data_directory(settings):
                _demonstrate(settings, arguments, stopped)
    except CannotServe as error:
        print(f"circletime demo: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _data(*, keep: bool) -> Iterator[Path]:
    if keep:
        yield KEPT
    else:
        with TemporaryDirectory(prefix="circletime-demo-") as fresh:
            yield Path(fresh)


def _demonstrate(settings: Settings, arguments: argparse.Namespace, stopped: threading.Event) -> None:
    """Serves until told to stop. Raises CannotServe, before anything is built, where a port is taken."""
    if settings.port == settings.mqtt_port:
        raise CannotServe(f"--port and --mqtt-port are both {settings.port}. Give another --mqtt-port.")
    listening_socket(settings.host, settings.port, "--port").close()
    listening_socket(settings.mqtt_host, settings.mqtt_port, "--mqtt-port").close()
    upgrade(settings.database)
    asyncio.run(_furnish(settings.database))
    beside = threading.Thread(target=_beside_the_hub, args=(settings, arguments, stopped))
    beside.start()
    try:
        if not stopped.is_set():
            serve(settings)
    finally:
        stopped.set()
        beside.join()


async def _furnish(url: str) -> None:
    """Furnishes the building, unless it was kept from an earlier time."""
    database = Database(url)
    zone, now = ZoneInfo(local_zone()), WallClock().now()
    try:
        if not await database.read(buildings):
            await database.write(lambda session: demo_building.furnish(session, zone, now))
    finally:
        await database.close()


def local_zone() -> str:
    """The zone of this machine as an IANA name: from TZ, else from /etc/localtime, else UTC."""
    named = os.environ.get("TZ", "").lstrip(":")
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    return next((name for name in (named, linked) if name in available_timezones()), "UTC")


def _beside_the_hub(settings: Settings, arguments: argparse.Namespace, stopped: threading.Event) -> None:
    """Waits for the hub, says what there is to see, and keeps the panels alive until told to stop."""
    hub = RestClient(settings.url)
    reason = None if arguments.no_panels else simulated_panels.why_none()
    panelled = not (arguments.no_panels or reason)
    try:
        if not _logged_in(hub, stopped):
            return
        print(_welcome(settings.url, panelled=panelled), flush=True)
        if reason:
            print(reason, flush=True)
        if arguments.open:
            webbrowser.open(settings.url)
        if panelled:
            _hang_panels(hub, stopped)
    except (HubSays, NoHub) as error:
        if not stopped.is_set():
            print(f"circletime demo: no panels: {error}", file=sys.stderr)


def _logged_in(hub: RestClient, stopped: threading.Event) -> bool:
    """Whether the hub came up and let us in; False where it ended first."""
    while not stopped.is_set():
        try:
            hub.login(demo_building.EMAIL, demo_building.PASSWORD)
        except NoHub:
            stopped.wait(0.1)
        else:
            return True
    return False


def _hang_panels(hub: RestClient, stopped: threading.Event) -> None:
    """In place of those of an earlier time, whose secrets are gone."""
    for panel in list(hub.items("/panels")):
        if panel["simulated"]:
            hub.delete(f"/panels/{panel['id']}")
    at = {room["name"]: room for room in hub.items("/rooms", limit="100")}
    with simulated_panels.running(hub, [at[name] for name in demo_building.PANELS if name in at]) as panels:
        simulated_panels.keep_alive(panels, stopped)


def _welcome(url: str, *, panelled: bool) -> str:
    wall = f"""
  To try:   open {url}/wall and press "Check in" under {demo_building.PANELS[0]}; see the room list turn.
            Book {demo_building.PANELS[2]} for now in the web app, and watch its panel turn black."""
    return f"""
  Circle Time is open: {url}
  Log in as {demo_building.EMAIL} with the password {demo_building.PASSWORD}
{wall if panelled else ""}
  Ctrl-C ends all of it.
"""
