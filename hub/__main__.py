"""`circletime`: every command of the contract, each with `--help` and examples."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from hub.errors import DomainError
from hub.settings import BadSetting

COMMANDS = {
    "demo": ("demo", "see all of it, on this machine, with nothing to set up"),
    "serve": ("serve", "run the hub"),
    "user": ("user", "add people, and recover an admin"),
    "import": ("import_calendar", "take over rooms and bookings from an iCalendar file"),
    "backup": ("backup", "the whole database in one file, while hubs run"),
    "restore": ("restore", "a backup into an empty database; from SQLite to PostgreSQL too"),
    "doctor": ("doctor", "see whether all is well here, and what to do"),
    "panel": ("simulate", "panels without hardware"),
    "flash": ("flash", "make a board a panel"),
    "tls": ("tls", "the hub's own CA, and its change"),
    "mosquitto": ("mosquitto", "thousands of new panels into mosquitto's file at once"),
}
"""What is typed; the file in hub/cli, and what the list says of it."""


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """It knows every command, and the options of this one: the others' files would take seconds to load."""
    found = argparse.ArgumentParser(
        prog="circletime",
        description="Meeting rooms that tell the truth: the hub, its panels, and what an operator needs.",
        epilog="Start with: circletime demo",
    )
    commands = found.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (file, told) in COMMANDS.items():
        if name == command:
            import_module(f"hub.cli.{file}").add_parser(commands)
        else:
            commands.add_parser(name, help=told)
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Runs a command. Exits with 0, with 1 where it failed, with 2 where it was not asked rightly."""
    words = sys.argv[1:] if words is None else words
    arguments = parser(next(iter(words), None)).parse_args(words)
    try:
        return int(arguments.func(arguments))
    except BadSetting as error:
        print(f"circletime: {error}", file=sys.stderr)
        return 2
    except DomainError as error:
        print(f"circletime: {error.title}. {error.detail}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"circletime: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
