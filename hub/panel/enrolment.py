"""How a panel without credentials gets some: it shows a code, and a manager who reads it there claims it.

The panel makes an enrolment secret, keeps it in flash, and asks with it over and over. Who has that secret,
and nobody else, is told the code, and once the code was claimed the credentials, as often as it asks: an answer
that was lost, or a power cut before it was stored, costs nothing. The panel's own secret is made of the
enrolment secret and a salt of the hub's, so the database has neither; the salt goes when the panel has said
hello, and the enrolment secret is worth nothing from then on. The code alone gives a stranger nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.accounts.attempts import Limit, check_attempts, count_attempts
from hub.accounts.tokens import secret_hash
from hub.errors import Conflict, NotFound, TooMany
from hub.panel import repository, service
from hub.panel.models import Enrolment, Panel
from hub.panel.service import PanelRecord
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

LETTERS = "CDFGHJKLMNPQRTVWXY34679"
"""No two of them look alike on the glass, and they make no words."""
CODE_LENGTH = 8
"""36 bits; who may guess is logged in, and has 20 guesses an hour."""
CODE_LIFE = timedelta(minutes=15)
WAITING_KEPT = timedelta(hours=1)
"""After its code has run out: the panel has stopped asking."""
CLAIMED_KEPT = timedelta(days=7)
"""For a panel that was claimed and has not come for its credentials."""
MOST_WAITING, MOST_FROM_ADDRESS = 500, 100

NEW_FROM = Limit("enrol address", 120, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the panel shows: its code until then, and a name to be told apart by."""

    code: str
    expires_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the panel logs in with from now on."""

    panel: PanelRecord
    secret: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """`shown_name` was on the glass beside the code; `address` is where the panel asked from."""

    panel: PanelRecord
    shown_name: str
    address: str


def answer_known(session: Session, secret: str, now: datetime) -> Waiting | Credentials | None:
    """What a panel that asked before is told, where nothing has to be written for it; else None."""
    found = repository.enrolment_with_secret(session, secret_hash(secret))
    if found is None or found.forgotten_at <= now:
        return None
    if found.panel_key is None:
        return _waiting(found) if found.code_expires_at > now else None
    panel = repository.panel_with_key(session, found.panel_key)
    own = _own_secret(found, secret)
    return _credentials(session, panel, own) if panel.secret_hash == secret_hash(own) else None


def enrol(
    session: Session, secret: str, *, address: str, simulated: bool, now: datetime
) -> Waiting | Credentials:
    """A code for a new panel, another where the last has run out, or the credentials once it was claimed.

    Raises TooMany where too many from that address, or in all, are new.
    """
    repository.forget_enrolments(session, now)
    found = repository.enrolment_with_secret(session, secret_hash(secret), lock=True)
    if found is None:
        found = _begin(session, secret, address, simulated=simulated, now=now)
    elif found.panel_key is not None:
        return _collect(session, found, secret)
    elif found.code_expires_at <= now:
        _show_new_code(found, now)
    session.flush()
    return _waiting(found)


def _begin(session: Session, secret: str, address: str, *, simulated: bool, now: datetime) -> Enrolment:
    check_attempts(session, [(NEW_FROM, address)], now)
    count_attempts(session, [(NEW_FROM, address)], now)
    here, everywhere = (
        repository.enrolments_waiting(session, address),
        repository.enrolments_waiting(session),
    )
    if here >= MOST_FROM_ADDRESS or everywhere >= MOST_WAITING:
        raise TooMany(
            "too-many-panels-waiting",
            "Too many panels wait to be claimed",
            "Claim some of them first, or wait an hour.",
            retryAfterS=int(WAITING_KEPT.total_seconds()),
        )
    name = f"Panel {_letters(4)}"
    found = Enrolment(secret_hash=secret_hash(secret), name=name, address=address, simulated=simulated)
    _show_new_code(found, now)
    session.add(found)
    return found


def _show_new_code(found: Enrolment, now: datetime) -> None:
    found.code, found.code_expires_at = _letters(CODE_LENGTH), now + CODE_LIFE
    found.forgotten_at = found.code_expires_at + WAITING_KEPT


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _waiting(found: Enrolment) -> Waiting:
    return Waiting(found.code, found.code_expires_at, found.name)


def _collect(session: Session, found: Enrolment, secret: str) -> Credentials:
    panel = repository.panel_with_key(session, found.panel_key or 0)
    own = _own_secret(found, secret)
    panel.secret_hash = secret_hash(own)
    return _credentials(session, panel, own)


def _own_secret(found: Enrolment, secret: str) -> str:
    """256 bits, the same however often it is asked for."""
    made = hmac.digest(found.salt or b"", secret.encode(), hashlib.sha256)
    return urlsafe_b64encode(made).decode().rstrip("=")


def _credentials(session: Session, panel: Panel, own: str) -> Credentials:
    return Credentials(service.record_of(panel, service.room_of(session, panel)), own)


def claim(session: Session, code: str, *, room_id: str, name: str | None, now: datetime) -> Claimed:
    """The panel that shows this code is a panel from now on, at this room's door.

    Raises NotFound for the room and for a code that no panel shows, Conflict for one that has run out or was
    used, Refused for a name that is none.
    """
    room = rooms.room(session, room_id)
    return _claimed(session, _shown(session, code, now), room, name, now)


def replace(session: Session, panel_id: str, code: str, now: datetime) -> Claimed:
    """The panel that shows this code takes room and name of that one, which is revoked.

    Raises NotFound for the panel, and what `claim` raises.
    """
    old = service.locked(session, panel_id)
    claimed = _claimed(session, _shown(session, code, now), service.room_of(session, old), old.name, now)
    service.revoke_found(session, old, now)
    return claimed


def _shown(session: Session, code: str, now: datetime) -> Enrolment:
    """The unclaimed panel that shows this code, however the code was typed."""
    found = repository.locked_enrolment(session, plain_code(code))
    if found is None:
        raise NotFound("code-not-found", "No panel shows this code", "Type what is on the glass now.")
    if found.panel_key is not None:
        panel = repository.panel_with_key(session, found.panel_key)
        raise Conflict(
            "code-used", "This panel has been claimed", "It shows its room soon.", panelId=panel.id
        )
    if found.code_expires_at <= now:
        raise Conflict("code-expired", "This code has run out", "Type what is on the glass now.")
    return found


def plain_code(code: str) -> str:
    """Without the spaces and dashes that make it easy to read."""
    return "".join(code.split()).replace("-", "").upper()


def _claimed(
    session: Session, found: Enrolment, room: RoomRecord | None, name: str | None, now: datetime
) -> Claimed:
    found.salt = secrets.token_bytes(32)
    nobody = secrets.token_bytes(32)  # the panel's secret is known when it comes for it
    panel = service.add(session, name, room, simulated=found.simulated, secret_hash=nobody, now=now)
    found.panel_key, found.forgotten_at = panel.key, now + CLAIMED_KEPT
    session.flush()
    return Claimed(service.record_of(panel, room), found.name, found.address)
