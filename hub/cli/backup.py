"""`circletime backup FILE`: the whole database in one file, while hubs run; SQLite's and PostgreSQL's alike.

The file is JSON Lines, compressed where its name ends in .gz. It holds password hashes, addresses and titles: keep it
as you keep the database. What lies beside the database (certificates, keys, secrets) is not in it.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from hub.app import METADATA
from hub.clock import WallClock
from hub.db import archive
from hub.settings import from_environment

EXAMPLES = """examples:
  circletime backup circletime.jsonl.gz --data-dir /var/lib/circletime
  CIRCLETIME_DATABASE_URL_FILE=/etc/circletime/database circletime backup "backup-$(date +%F).jsonl.gz"
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "backup",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", type=Path, help="what to write; one that is there is replaced once the new one is whole"
    )
    parser.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    settings = from_environment(os.environ, data_dir=arguments.data_dir)
    made = archive.back_up(settings.database, METADATA, arguments.file, WallClock().now())
    print(f"{arguments.file}: {made.rows} rows, as of {made.at:%Y-%m-%d %H:%M:%S} UTC.")
    if (authority := settings.data_dir / "tls" / "ca.pem").exists():
        print(
            f"{authority} is not in it: keep a copy where you keep keys. Without it every panel needs a visit."
        )
    return 0
