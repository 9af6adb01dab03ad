"""`circletime`: every command of the contract, each with `--help` and examples."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from hub.cli import demo, flash, import_calendar, serve, simulate, tls, user
from hub.errors import DomainError
from hub.settings import BadSetting

COMMANDS = (demo, serve, user, import_calendar, simulate, flash, tls)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="circletime",
        description="Meeting rooms that tell the truth: the hub, its panels, and what an operator needs.",
        epilog="Start with: circletime demo",
    )
    commands = found.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Runs a command. Exits with 0, with 1 where it failed, with 2 where it was not asked rightly."""
    arguments = parser().parse_args(words)
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
