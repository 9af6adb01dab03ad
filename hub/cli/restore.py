"""`circletime restore FILE`: a backup into a database with nothing in it, whole or not at all.

A backup of SQLite may go to PostgreSQL and the other way round: so a site moves from one to the other. Stop the hubs
first. Whoever was taken out since the backup (people, panels, API tokens) is in again.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from hub.cli.data_directory import CannotServe, data_directory
from hub.db.restore import restore
from hub.settings import from_environment

EXAMPLES = """examples:
  circletime restore circletime.jsonl.gz --data-dir /var/lib/circletime-new
  CIRCLETIME_DATABASE_URL=postgresql://circletime@db/circletime circletime restore circletime.jsonl.gz
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "restore",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="what `circletime backup` wrote")
    parser.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    settings = from_environment(os.environ, data_dir=arguments.data_dir)
    try:
        with data_directory(settings):
            found = restore(settings.database, arguments.file)
    except CannotServe as error:
        print(f"circletime restore: {error}", file=sys.stderr)
        return 1
    print(f"Restored {found.rows} rows, as of {found.at:%Y-%m-%d %H:%M:%S} UTC. Now start the hub.")
    return 0
