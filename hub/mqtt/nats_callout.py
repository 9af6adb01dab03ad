"""NATS asks here at each login (its auth callout), and cuts off here who may no more.

The service is a NATS user of the system account: there the question arrives on `$SYS.REQ.USER.AUTH`, and from
there the servers can be asked who is connected, and told to drop somebody. Every hub process answers, as one
queue; so logins go on while the leader changes. Question and answer are JWTs, signed with Ed25519 nkeys
(NATS documentation, "Auth Callout", and its ADR-26).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import nats
import nkeys
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from hub.mqtt.broker_auth import Access, Decide, covers

log = logging.getLogger(__name__)

QUESTIONS = "$SYS.REQ.USER.AUTH"
QUEUE = "circletime"
ACCOUNT = "CIRCLETIME"
"""The NATS account that hub and panels live in."""
PAGE = 1000
PATIENCE_S = 2.0
LARGEST_QUESTION = 64 * 1024


class _Connection(NamedTuple):
    panel_id: str
    server: str
    cid: int
    subjects: tuple[str, ...]


class NatsCallout:
    """Answers between `start` and `stop`; as `RuleKeeper` it cuts off whoever was let in under other rules."""

    def __init__(self, servers: list[str], seed: bytes, decide: Decide) -> None:
        self._servers, self._decide = servers, decide
        self._signer = nkeys.from_seed(bytearray(seed))
        self._issuer = self._signer.public_key.decode()
        self._client: Client | None = None
        self._task: asyncio.Task[None] | None = None
        self._kept: dict[str, Access] | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Returns at once: servers that are away now are there later."""
        self._task = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    def look_at_everybody(self) -> None:
        """At the next `keep`: while another led, it kept the rules."""
        self._kept = None

    async def keep(self, wanted: Mapping[str, Access], _secrets: Mapping[str, str]) -> set[str]:
        """See `hub.mqtt.outside_doors.RuleKeeper`. The first time everybody is looked at, then what has changed."""
        before, stale = self._kept, []
        if before is None:
            stale = [one for one in await self._connections({}) if not _within(one, wanted.get(one.panel_id))]
        else:
            for panel_id in before:
                if before[panel_id] != wanted.get(panel_id):
                    stale += await self._connections({"mqtt_client": panel_id})
        for one in stale:
            log.info("panel %s is cut off: it was let in under other rules", one.panel_id)
            await self._request(f"$SYS.REQ.SERVER.{one.server}.KICK", {"cid": one.cid})
        self._kept = dict(wanted)
        return set()

    async def _connect(self) -> None:
        async def broken(error: Exception) -> None:
            log.warning("NATS: %s", error or type(error).__name__)

        self._client = await nats.connect(
            self._servers,
            name="circletime",
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,
            ping_interval=5,
            max_outstanding_pings=2,
            error_cb=broken,
        )
        await self._client.subscribe(QUESTIONS, queue=QUEUE, cb=self._take)
        log.info("answering NATS at each login")

    async def _take(self, question: Msg) -> None:
        """Many beside each other, for a crowd is decided by one look; nats-py would take one after another, and NATS
        gives up on each after two seconds."""
        task = asyncio.create_task(self._answer(question))
        self._answering.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a login at NATS has no answer: %r", error)

    async def _answer(self, question: Msg) -> None:
        """No answer where the question is none: the server then turns the client away by itself."""
        try:
            asked = _claims(question.data)
            request = asked["nats"]
            user, server = str(request["user_nkey"]), str(request["server_id"]["id"])
        except (ValueError, KeyError, TypeError):
            log.warning("NATS asks what is no question")
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                access = await self._decide(*_login(request))
        except TimeoutError:
            return  # NATS has turned it away by now: an answer would only make the next one late
        except Exception:
            log.exception("no decision for NATS")
            access = None
        panel_id = str(request.get("client_info", {}).get("mqtt_id", ""))
        said: dict[str, Any] = {"type": "authorization_response", "version": 2}
        if access is None:
            said["error"] = "not authorized"
        else:
            said["jwt"] = self._signed(user, ACCOUNT, _permissions(access), name=panel_id)
        await question.respond(self._signed(user, server, said).encode())

    def _signed(self, subject: str, audience: str, nats_claims: dict[str, Any], **more: str) -> str:
        claims = {
            "iss": self._issuer,
            "sub": subject,
            "aud": audience,
            "iat": int(time.time()),
            "nats": nats_claims,
        }
        claims |= more
        claims["jti"] = (
            base64.b32encode(hashlib.sha256(json.dumps(claims).encode()).digest()).decode().rstrip("=")
        )
        signed = ".".join(_encoded(part) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, claims))
        signature = self._signer.sign(signed.encode())
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    async def _connections(self, which: dict[str, str]) -> list[_Connection]:
        """The panels that are connected to any server."""
        found: list[_Connection] = []
        offset = 0
        while True:
            ask = {
                "auth": True,
                "subscriptions": True,
                "acc": ACCOUNT,
                "limit": PAGE,
                "offset": offset,
            } | which
            pages = await self._request_all("$SYS.REQ.SERVER.PING.CONNZ", ask)
            for page in pages:
                found += _panels(page)
            offset += PAGE
            if all(offset >= page["data"].get("total", 0) for page in pages):
                return found

    async def _request_all(self, subject: str, ask: dict[str, Any]) -> list[dict[str, Any]]:
        """Every server's answer; the first within PATIENCE_S, the others soon after."""
        client = self._linked()
        inbox = client.new_inbox()
        answers = await client.subscribe(inbox)
        found: list[dict[str, Any]] = []
        try:
            await client.publish(subject, json.dumps(ask).encode(), reply=inbox)
            patience_s = PATIENCE_S
            while True:
                found.append(json.loads((await answers.next_msg(patience_s)).data))
                patience_s = 0.3
        except NatsError:
            if not found:
                raise ConnectionError("no NATS server says who is connected") from None
            return found
        finally:
            await answers.unsubscribe()

    async def _request(self, subject: str, ask: dict[str, Any]) -> None:
        try:
            await self._linked().request(subject, json.dumps(ask).encode(), PATIENCE_S)
        except NatsError as error:
            raise ConnectionError(f"a NATS server does not answer: {error!r}") from error

    def _linked(self) -> Client:
        if self._client is None or not self._client.is_connected:
            raise ConnectionError("there is no link to NATS")
        return self._client


def _login(request: dict[str, Any]) -> tuple[str, str | None, str | None]:
    options = request.get("connect_opts", {})
    return str(request.get("client_info", {}).get("mqtt_id", "")), options.get("user"), options.get("pass")


def _permissions(access: Access) -> dict[str, Any]:
    """As NATS says it. An MQTT client also acts through subjects of its own, which lead to no one else's topics."""
    return {
        "type": "user",
        "version": 2,
        "pub": {"allow": [_subject(one) for one in access.publish]},
        "sub": {"allow": [subject for one in access.subscribe for subject in _heard(one)]},
        "subs": -1,
        "data": -1,
        "payload": -1,
        "allowed_connection_types": ["MQTT"],
    }


def _heard(topic_filter: str) -> list[str]:
    """`a/#` is also `a` in MQTT, but not in NATS."""
    parent = [_subject(topic_filter.removesuffix("/#"))] if topic_filter.endswith("/#") else []
    return [_subject(topic_filter), *parent]


def _subject(topic: str) -> str:
    """The NATS subject of a topic or filter; ours have no dots and no empty levels."""
    return topic.replace("/", ".").replace("+", "*").replace("#", ">")


def _within(one: _Connection, access: Access | None) -> bool:
    """Whether it hears nothing beyond this; what MQTT itself subscribes to for it is below `$MQTT`."""
    if access is None:
        return False
    heard = (subject for subject in one.subjects if not subject.startswith("$MQTT"))
    allowed = {subject for topic in access.subscribe for subject in _heard(topic)}
    return all(any(covers(_topic(rule), _topic(subject)) for rule in allowed) for subject in heard)


def _topic(subject: str) -> str:
    return subject.replace(".", "/").replace("*", "+").replace(">", "#")


def _panels(page: dict[str, Any]) -> list[_Connection]:
    """The hub's own links come in without being asked for, and are none."""
    return [
        _Connection(
            one["mqtt_client"], page["server"]["id"], one["cid"], tuple(one.get("subscriptions_list") or ())
        )
        for one in page["data"].get("connections") or []
        if one.get("mqtt_client") and one.get("authorized_user") == one["mqtt_client"]
    ]


def _claims(token: bytes) -> dict[str, Any]:
    """What a JWT claims; only NATS itself can write to where it came from. Raises ValueError."""
    if len(token) > LARGEST_QUESTION:
        raise ValueError("too long")
    payload = token.split(b".")[1] if token.count(b".") == 2 else b""
    found = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    if not isinstance(found, dict):
        raise ValueError("no claims")
    return found


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
