"""Passwords by mail: invitations, and new passwords for those who forgot theirs.

A request is queued under the address alone, whoever has it or nobody; who it belongs to is looked up when
the mail goes out. So the answer takes the same steps, and the same time, for known and unknown addresses.
The link's secret is made then too: the database has only its SHA-256, the mail is the only place it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.accounts import access, audit, repository
from hub.accounts.account import Account, account_of
from hub.accounts.models import PasswordLink
from hub.accounts.tokens import new_secret, secret_hash
from hub.errors import Refused
from hub.mail import outbox

RESET, INVITATION = "reset", "invitation"
LIVES = {RESET: timedelta(hours=1), INVITATION: timedelta(days=7)}
"""How long a link holds, from when its mail goes out."""

_RESET = f"""Hello,

somebody asked for a new password at Circle Time for this address. Choose one here:

{outbox.LINK}

The link works once, within an hour. If it was not you, do nothing: your password stays as it is.
"""

_INVITATION = f"""Hello,

you have been given an account at Circle Time, which knows which meeting room is free, and until when.
Choose your password here:

{outbox.LINK}

The link works once, within seven days. Later, ask for a new one with "Forgotten your password?" on the
login page.
"""


def ask_for_reset(session: Session, email: str, now: datetime) -> None:
    """Queues the mail, should somebody active have this address."""
    outbox.queue(session, recipient=email, subject="Your new password", body=_RESET, link=RESET, now=now)


def invite(session: Session, email: str, now: datetime) -> None:
    outbox.queue(
        session,
        recipient=email,
        subject="Your account at Circle Time",
        body=_INVITATION,
        link=INVITATION,
        now=now,
    )


def new_link_secret(session: Session, kind: str, email: str, now: datetime) -> str | None:
    """A secret that sets the password of whoever has this address; None where nobody active does."""
    repository.remove_expired_links(session, now)
    user = repository.user_with_email(session, email)
    if user is None or not user.active:
        return None
    secret = new_secret()
    session.add(PasswordLink(hash=secret_hash(secret), user_key=user.key, expires_at=now + LIVES[kind]))
    return secret


def is_good(session: Session, secret: str, now: datetime) -> bool:
    """Whether a link with this secret can still be used."""
    return repository.link_owner(session, secret_hash(secret), now) is not None


def accept_link(session: Session, secret: str, password_hash: str, now: datetime) -> Account:
    """Sets the password and uses up the link, and every other one of the user's; ends the user's sessions.

    Raises Refused for a link that was used, ran out or never was.
    """
    user = repository.link_owner(session, secret_hash(secret), now)
    if user is None:
        raise bad_link()
    repository.remove_links(session, user.key)
    accepted = "user.accept" if user.password_hash is None else "user.reset"
    user.password_hash = password_hash
    account = account_of(user)
    access.end_sessions(session, account)
    audit.record(session, account, accepted, user.id, {}, now)
    return account


def bad_link() -> Refused:
    return Refused(
        "bad-link", "This link does not work any more", "It was used or has run out; ask for a new one."
    )
