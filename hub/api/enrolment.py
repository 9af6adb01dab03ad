"""Panels that come without credentials: they show a code, and a manager claims them with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from litestar import post
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.accounts.attempts import Limit, Try, check_attempts, count_attempts
from hub.accounts.service import Account
from hub.accounts.tokens import new_secret
from hub.api.context import Asking, Hub, Parts, caller, client_address, requires_manager
from hub.api.panels import Mqtt, Name, Panel, authority_of, broker_of, hand_to_broker, panel_record
from hub.api.schema import Body, Id, Record
from hub.clock import unix
from hub.errors import DomainError
from hub.panel import enrolment
from hub.panel.enrolment import Claimed, Credentials, Waiting

ASK_AGAIN_S = 5

CLAIMS_BY = Limit("claim account", 20, enrolment.NEW_FROM.window)
CLAIMS_FROM = Limit("claim address", 60, enrolment.NEW_FROM.window)
"""Of codes that were not good."""

Code = Annotated[str, Meta(min_length=1, max_length=32, description="As it is on the glass, in any case")]


class PanelToEnrol(Body):
    """`enrolmentSecret` is the panel's own: 256 random bits as 43 characters, made once and kept. Without it the
    hub makes one."""

    enrolment_secret: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43,128}$")] | None = None
    simulated: bool = False


class EnrolmentAnswer(Record):
    """While `waiting`: the `code` to show, under `name`, and where a phone claims it. Once `claimed`: the panel's
    `id` and `secret`. Ask again with the same `enrolmentSecret` after `askAgainS`."""

    status: Literal["waiting", "claimed"]
    ask_again_s: int
    name: str
    enrolment_secret: str | None = None
    code: str | None = None
    expires_at: datetime | None = None
    expires_in_s: int | None = None
    claim_url: str | None = None
    id: str | None = None
    secret: str | None = None
    room_id: str | None = None
    mqtt: Mqtt | None = None
    ca: str | None = None
    firmware_key: str | None = None


class PanelToClaim(Body):
    """Without a name it gets its room's."""

    code: Code
    room_id: Id
    name: Name | None = None


class PanelToReplace(Body):
    code: Code


class ClaimedPanel(Panel):
    """`shownName` was on the glass beside the code, `enrolledFrom` is the address it asked from: is it the panel
    you stand before?"""

    shown_name: str
    enrolled_from: str


@post("/panels/enrol", status_code=HTTPStatus.OK, opt={"open": True}, tags=["panels"])
async def enrol_panel(hub: Hub, request: Asking, data: JSONBody[PanelToEnrol]) -> EnrolmentAnswer:
    """Gives a panel without credentials a code to show, and its credentials once it was claimed."""
    now, given = hub.clock.now(), data.enrolment_secret
    secret = given or new_secret()
    answer = await hub.database.read(lambda session: enrolment.answer_known(session, secret, now))
    if answer is None:
        address = client_address(request)

        def enrol(session: Session) -> Waiting | Credentials:
            found = enrolment.enrol(session, secret, address=address, simulated=data.simulated, now=now)
            if isinstance(found, Credentials):
                hand_to_broker(hub.settings, session, found.panel.id, found.secret)
            return found

        answer = await hub.database.write(enrol)
    return _answer(hub, answer, None if given else secret, now)


def _answer(hub: Parts, answer: Waiting | Credentials, made: str | None, now: datetime) -> EnrolmentAnswer:
    if isinstance(answer, Credentials):
        return EnrolmentAnswer(
            status="claimed",
            ask_again_s=ASK_AGAIN_S,
            name=answer.panel.name,
            id=answer.panel.id,
            secret=answer.secret,
            room_id=answer.panel.room_id,
            mqtt=broker_of(hub.settings),
            ca=authority_of(hub),
            firmware_key=hub.settings.firmware_key,
        )
    return EnrolmentAnswer(
        status="waiting",
        ask_again_s=ASK_AGAIN_S,
        name=answer.name,
        enrolment_secret=made,
        code=answer.code,
        expires_at=answer.expires_at,
        expires_in_s=unix(answer.expires_at) - unix(now),
        claim_url=f"{hub.settings.url}/panels/claim?{urlencode({'code': answer.code})}",
    )


@post("/panels/claim", status_code=HTTPStatus.OK, guards=[requires_manager], tags=["panels"])
async def claim_panel(hub: Hub, request: Asking, data: JSONBody[PanelToClaim]) -> ClaimedPanel:
    """Binds the panel that shows this code to a room."""
    now, who = hub.clock.now(), caller(request)

    def claim(session: Session) -> Claimed:
        claimed = enrolment.claim(session, data.code, room_id=data.room_id, name=data.name, now=now)
        audit.record(session, who, "panel.claim", claimed.panel.id, _detail(claimed), now)
        return claimed

    return _claimed(await _with_code(hub, request, who, claim), now)


@post("/panels/{id:str}/replace", status_code=HTTPStatus.OK, guards=[requires_manager], tags=["panels"])
async def replace_panel(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[PanelToReplace]
) -> ClaimedPanel:
    """The panel that shows this code takes the room and the name of this one, which is revoked."""
    now, who = hub.clock.now(), caller(request)

    def replace(session: Session) -> Claimed:
        claimed = enrolment.replace(session, id, data.code, now)
        audit.record(session, who, "panel.replace", id, _detail(claimed) | {"by": claimed.panel.id}, now)
        return claimed

    return _claimed(await _with_code(hub, request, who, replace), now)


def _detail(claimed: Claimed) -> dict[str, str | None]:
    return {
        "name": claimed.panel.name,
        "roomId": claimed.panel.room_id,
        "shownName": claimed.shown_name,
        "enrolledFrom": claimed.address,
    }


async def _with_code(
    hub: Parts, request: Asking, who: Account, work: Callable[[Session], Claimed]
) -> Claimed:
    """`work`, unless too many codes were not good. The count of this one outlives its refusal."""
    now = hub.clock.now()
    tries: list[Try] = [(CLAIMS_BY, who.id), (CLAIMS_FROM, client_address(request))]

    def counted(session: Session) -> Claimed | DomainError:
        check_attempts(session, tries, now)
        try:
            with session.begin_nested():
                return work(session)
        except DomainError as refusal:
            if refusal.slug != "code-not-found":
                raise
            count_attempts(session, tries, now)
            return refusal

    answer = await hub.database.write(counted)
    if isinstance(answer, DomainError):
        raise answer
    return answer


def _claimed(claimed: Claimed, now: datetime) -> ClaimedPanel:
    return panel_record(
        claimed.panel, now, ClaimedPanel, shown_name=claimed.shown_name, enrolled_from=claimed.address
    )


ROUTES = [enrol_panel, claim_panel, replace_panel]
