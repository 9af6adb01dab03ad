"""`circletime doctor`: whether all is well here, and what to do where it is not.

It looks at the same settings as `circletime serve`, with the hub running or not, and changes nothing. It ends with 0
where the hub can serve, with 1 where something is bad.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from hub.cli.checkup import BAD, CHECKS, Patient
from hub.clock import WallClock
from hub.settings import from_environment, port

EXAMPLES = """examples:
  circletime doctor --data-dir /var/lib/circletime
  circletime doctor --data-dir /var/lib/circletime || mail -s "Circle Time is unwell" you@example.org
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "doctor",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    parser.add_argument("--host", help="the web app's and REST's address, as for `serve`")
    parser.add_argument("--port", type=port, help="their port, as for `serve`")
    parser.add_argument("--https", action="store_true", default=None, help="it speaks TLS, as for `serve`")
    parser.add_argument("--mqtt-host", help="the panels' address, as for `serve`")
    parser.add_argument("--mqtt-port", type=port, help="their port, as for `serve`")
    parser.add_argument("--mqtts-port", type=port, help="their port with TLS, as for `serve`")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    flags = {name: value for name, value in vars(arguments).items() if name != "func"}
    patient = Patient(from_environment(os.environ, **flags), os.environ, WallClock())
    worst = 0
    for name, check in CHECKS.items():
        for found in check(patient):
            print(f"{found.word:<5} {name}: {found.says}." + (f"\n      {found.do}" if found.do else ""))
            worst = max(worst, found.word == BAD)
    return int(worst)
