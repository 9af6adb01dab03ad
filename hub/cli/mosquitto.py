"""`circletime mosquitto FILE`: every panel's login and rules into the file of mosquitto's dynamic security, at once.

For a site with thousands of new panels. The hub tells mosquitto of a panel or of hundreds by itself; but for each of
them mosquitto writes its whole file twice. Stop mosquitto first, and start it afterwards: it reads the file then.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.mqtt import mosquitto_file
from hub.mqtt.broker_auth import panel_access
from hub.panel import broker_logins, service
from hub.settings import from_environment

EXAMPLES = """examples:
  systemctl stop mosquitto
  circletime mosquitto /var/lib/mosquitto/dynamic-security.json --data-dir /var/lib/circletime
  systemctl start mosquitto
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "mosquitto",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", type=Path, help="made by `mosquitto_ctrl dynsec init`; what else is in it stays"
    )
    parser.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    settings = from_environment(os.environ, data_dir=arguments.data_dir)
    upgrade(settings.database)
    try:
        content = json.loads(arguments.file.read_bytes())
        known, left = asyncio.run(_write(settings.database, arguments.file, content))
    except ValueError as error:
        print(f"circletime mosquitto: {arguments.file}: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.file}: {known} panels. Now start mosquitto.")
    if left:
        print(f"{left} panels are in neither the file nor on their way there: enrol them anew.")
    return 0


async def _write(url: str, path: Path, content: Any) -> tuple[int, int]:
    """How many panels the file holds now, and how many it can't."""
    database = Database(url)
    try:
        room_ids, secrets = await database.read(_panels)
        wanted = {panel_id: panel_access(panel_id, room_id) for panel_id, room_id in room_ids.items()}
        found = mosquitto_file.with_panels(content, wanted, secrets)
        mosquitto_file.replace(path, json.dumps(found, indent="\t").encode())
        await database.write(lambda session: broker_logins.forget(session, secrets))
    finally:
        await database.close()
    known = {one["username"] for one in found["clients"]} & wanted.keys()
    return len(known), len(wanted) - len(known)


def _panels(session: Session) -> tuple[dict[str, str | None], dict[str, str]]:
    return service.room_ids(session), broker_logins.waiting(session)
