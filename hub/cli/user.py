"""`circletime user add`, `recover` and `unlink`: the first admin, whoever should not wait for an invitation, a lost admin, and
an address that is another person's now."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from hub.accounts import identities, service
from hub.accounts.passwords import hash_password
from hub.clock import WallClock
from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.settings import BadSetting, from_environment, secret

EXAMPLES = """examples:
  circletime user add ada@example.org --name "Ada Osei" --role admin
  CIRCLETIME_PASSWORD_FILE=/run/secrets/nadia circletime user add nadia@example.org --name "Nadia Kovacs"
"""

RECOVERY = """examples:
  circletime user recover ada@example.org
  CIRCLETIME_PASSWORD_FILE=/run/secrets/ada circletime user recover ada@example.org --data-dir /var/lib/circletime
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("user")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser(
        "add",
        help="add a user",
        description="Adds a user; the password comes from CIRCLETIME_PASSWORD, CIRCLETIME_PASSWORD_FILE, or is asked for.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--role", choices=service.ROLES, default=service.MEMBER)
    add.add_argument("--department")
    add.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    add.set_defaults(func=run)
    recover = actions.add_parser(
        "recover",
        help="let an admin in again whose password is lost",
        description="Makes a user admin with a new password, and ends their sessions and API tokens. The hub may run.",
        epilog=RECOVERY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    recover.add_argument("email")
    recover.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    recover.set_defaults(func=run_recover)
    unlink = actions.add_parser(
        "unlink",
        help="forget who somebody is at the sign-in provider",
        description="Ends their sessions; who signs in next with this address, verified, has the account. The hub may run.",
    )
    unlink.add_argument("email")
    unlink.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    unlink.set_defaults(func=run_unlink)


def run(arguments: argparse.Namespace) -> int:
    settings = from_environment(os.environ, data_dir=arguments.data_dir)
    password_hash = hash_password(secret(os.environ, "CIRCLETIME_PASSWORD") or _asked_for())
    upgrade(settings.database)
    now = WallClock().now()

    def add(session: Session) -> service.Account:
        return service.add_user(
            session,
            email=arguments.email,
            name=arguments.name,
            role=arguments.role,
            department=arguments.department,
            password_hash=password_hash,
            now=now,
        )

    account = asyncio.run(_write(settings.database, add))
    print(f"{account.email} may log in as {account.role}.")
    return 0


def run_recover(arguments: argparse.Namespace) -> int:
    settings = from_environment(os.environ, data_dir=arguments.data_dir)
    password_hash = hash_password(secret(os.environ, "CIRCLETIME_PASSWORD") or _asked_for())
    upgrade(settings.database)
    now = WallClock().now()

    def recover(session: Session) -> service.Account:
        return service.recover_admin(session, arguments.email, password_hash, now)

    account = asyncio.run(_write(settings.database, recover))
    print(f"{account.email} may log in as {account.role}, with the new password alone.")
    return 0


def run_unlink(arguments: argparse.Namespace) -> int:
    settings = from_environment(os.environ, data_dir=arguments.data_dir)
    upgrade(settings.database)
    now = WallClock().now()
    account = asyncio.run(
        _write(settings.database, lambda session: identities.unlink(session, arguments.email, now))
    )
    print(f"{account.email} is linked to nobody at the sign-in provider any more.")
    return 0


def _asked_for() -> str:
    try:
        return getpass.getpass("Password: ")
    except EOFError:
        raise BadSetting("there is nobody to ask for the password; set CIRCLETIME_PASSWORD") from None


async def _write(url: str, work: Callable[[Session], service.Account]) -> service.Account:
    database = Database(url)
    try:
        return await database.write(work)
    finally:
        await database.close()
