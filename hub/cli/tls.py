"""`circletime tls`: the hub's own CA, and its change for another."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from hub.clock import WallClock
from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.errors import Conflict
from hub.panel import service
from hub.panel.service import PanelRecord
from hub.settings import BadSetting, Settings, from_environment
from hub.tls.keyring import NO_CA, Keyring

DESCRIPTION = """The hub's own CA, which its panels trust, and the CA that follows it.

A change of CA takes two steps, and no visit: `next-ca` makes the next one, and the hub tells its panels to trust
it as well; once they do, `use-next-ca` has the hub show a certificate of the next one. A hub that runs follows
within seconds, and its panels stay connected.
"""

EXAMPLES = """examples:
  circletime tls show
  circletime tls next-ca
  circletime tls use-next-ca
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "tls",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="print the CA, its fingerprint, and when it ends")
    following = actions.add_parser("next-ca", help="make the next CA")
    change = actions.add_parser("use-next-ca", help="use it, where every panel trusts it")
    change.add_argument(
        "--anyway", action="store_true", help="also where some panels do not: they need a visit then"
    )
    for action, run in ((show, _show), (following, _next_ca), (change, _use_next_ca)):
        action.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
        action.set_defaults(func=run)


def _show(arguments: argparse.Namespace) -> int:
    keyring = Keyring(_settings(arguments).data_dir)
    if not keyring.trusted():
        raise BadSetting(NO_CA)
    for title, one in zip(("CA in use", "next CA"), keyring.trusted(), strict=False):
        print(f"# {title}, {one.fingerprint}, until {one.certificate.not_valid_after_utc:%Y-%m-%d}")
        print(one.certificate.public_bytes(Encoding.PEM).decode(), end="")
    return 0


def _next_ca(arguments: argparse.Namespace) -> int:
    made = Keyring(_settings(arguments).data_dir).prepare_next(WallClock().now())
    print(f"The next CA is {made.fingerprint}. The hub tells its panels; then: circletime tls use-next-ca")
    return 0


def _use_next_ca(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    keyring = Keyring(settings.data_dir)
    following = keyring.next_authority()
    if following is not None and not arguments.anyway:
        without = [panel for panel in _panels(settings) if not trusts(panel, following.fingerprint)]
        if without:
            names = ", ".join(panel.name for panel in without)
            raise Conflict(
                "panels-lack-ca",
                "Not every panel trusts the next CA",
                f"{names} did not say so yet. Wait for them, or use --anyway and visit them.",
            )
    print(f"The CA in use is {keyring.use_next().fingerprint}.")
    return 0


def trusts(panel: PanelRecord, fingerprint: str) -> bool:
    """Whether it said so in its last report."""
    return fingerprint in str((panel.telemetry or {}).get("trusts", "")).split()


def _settings(arguments: argparse.Namespace) -> Settings:
    return from_environment(os.environ, data_dir=arguments.data_dir)


def _panels(settings: Settings) -> list[PanelRecord]:
    upgrade(settings.database)

    async def read() -> list[PanelRecord]:
        database = Database(settings.database)
        try:
            return await database.read(service.panels)
        finally:
            await database.close()

    return asyncio.run(read())
