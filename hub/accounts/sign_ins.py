"""Who is on the way to the OpenID provider: what they come back with holds once, here, soon, and in the browser that went."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.accounts.attempts import Limit, check_attempts, count_attempts
from hub.accounts.models import SignIn
from hub.accounts.tokens import secret_hash
from hub.errors import Refused

LIFE = timedelta(minutes=10)
FROM = Limit("sign-in address", 600, timedelta(minutes=10))
"""From one address, behind which a whole office may be; it bounds what strangers may have the hub keep."""


def begin_sign_in(
    session: Session, *, state: str, browser: str, back_to: str, address: str, now: datetime
) -> None:
    """Raises TooMany."""
    check_attempts(session, [(FROM, address)], now)
    count_attempts(session, [(FROM, address)], now)
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.add(
        SignIn(state=secret_hash(state), browser=secret_hash(browser), back_to=back_to, expires_at=now + LIFE)
    )


def finish_sign_in(session: Session, *, state: str, browser: str, now: datetime) -> str:
    """Where they wanted to go. It is over by this. Raises Refused for what was not begun in this browser, or is over."""
    gone = delete(SignIn).where(
        SignIn.state == secret_hash(state), SignIn.browser == secret_hash(browser), SignIn.expires_at > now
    )
    back_to: str | None = session.scalar(gone.returning(SignIn.back_to))
    if back_to is None:
        raise Refused(
            "sign-in-over",
            "This sign-in was not begun in this browser, or is over",
            "Begin again on the login page.",
        )
    return back_to
