"""What mail somebody wants, and who can be mailed at all."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from hub.accounts import mail_kinds, repository
from hub.accounts.account import Account, account_of


def mail_choices(session: Session, account: Account) -> dict[str, bool]:
    """Every kind of mail, and whether they want it."""
    found = repository.user_with_id(session, account.id)
    return mail_kinds.choices(found.mail if found else None)


def choose_mail(session: Session, account: Account, chosen: Mapping[str, bool]) -> dict[str, bool]:
    """Kinds that are not in `chosen` stay as they are; every kind as it is then."""
    found = repository.user_with_id(session, account.id)
    if found is None:
        return mail_kinds.choices(None)
    found.mail = dict(found.mail or {}) | dict(chosen)
    return mail_kinds.choices(found.mail)


def language(session: Session, account: Account) -> str | None:
    found = repository.user_with_id(session, account.id)
    return found.language if found else None


def choose_language(session: Session, account: Account, language: str | None) -> None:
    """Of what is written for them."""
    found = repository.user_with_id(session, account.id)
    if found is not None:
        found.language = language


def reachable(session: Session, user_key: int) -> Account | None:
    """The account as it is now, or None where the person has left."""
    found = repository.users_with_keys(session, {user_key})
    return account_of(found[0]) if found and found[0].active else None


def who_wants(session: Session, kind: str) -> list[Account]:
    """Everybody who can be mailed and has chosen this kind, which nobody gets unasked; by name."""
    accounts = map(account_of, repository.active_with_choices(session))
    return [one for one in accounts if kind in one.mail]


def managers(session: Session) -> list[Account]:
    """Who can approve: every active manager and admin."""
    return [account_of(found) for found in repository.active_managers(session)]
