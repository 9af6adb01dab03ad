"""Where a broker that asks over HTTP (EMQX and kin) learns who may connect, and what they may do there."""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta

from hub.api.context import Asking, Hub
from hub.api.schema import Body, Record
from hub.errors import Forbidden
from hub.panel.ports import Rules
from hub.settings import Settings

ALLOW, DENY = "allow", "deny"

Said = Annotated[str, Meta(max_length=1024)]


class BrokerLogin(Body):
    """As the client told the broker."""

    clientid: Said
    username: Said | None = None
    password: Said | None = None


class BrokerRule(Record):
    """`action` is `publish`, `subscribe` or `all`; `topic` a filter."""

    permission: str
    action: str
    topic: str


class BrokerAnswer(Record):
    """`result` is `allow` or `deny`; the first rule of `acl` that fits decides."""

    result: str
    acl: list[BrokerRule]


@post("/broker/access", status_code=HTTPStatus.OK, opt={"open": True}, include_in_schema=False)
async def decide_for_broker(hub: Hub, request: Asking, data: JSONBody[BrokerLogin]) -> BrokerAnswer:
    """Whether a client may connect, and its rules; asked by the broker, with the secret that it shares with the hub."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    wanted = await asyncio.to_thread(_secret, hub.settings)
    if wanted is None or not hmac.compare_digest(given.encode(), wanted):
        raise Forbidden(
            "not-the-broker",
            "Only the broker may ask this",
            "It sends the secret of CIRCLETIME_BROKER_SECRET_FILE as `Authorization: Bearer`.",
        )
    rules = await hub.may_connect(data.clientid, data.username, data.password)
    return BrokerAnswer(result=DENY, acl=[]) if rules is None else BrokerAnswer(result=ALLOW, acl=_acl(rules))


def _secret(settings: Settings) -> bytes | None:
    """Read anew each time, so that it can be changed while the hub runs; an empty one is none."""
    if settings.broker_secret_file is None:
        return None
    try:
        return Path(settings.broker_secret_file).read_bytes().strip() or None
    except OSError:
        return None


def _acl(rules: Rules) -> list[BrokerRule]:
    said = [BrokerRule(permission=ALLOW, action="publish", topic=topic) for topic in rules.publish]
    said += [BrokerRule(permission=ALLOW, action="subscribe", topic=topic) for topic in rules.subscribe]
    return [*said, BrokerRule(permission=DENY, action="all", topic="#")]


ROUTES = [decide_for_broker]
