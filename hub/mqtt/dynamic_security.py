"""mosquitto's access rules, kept like the hub's own through its dynamic-security plugin.

Commands and answers are JSON on `$CONTROL/dynamic-security/v1` (mosquitto's README of the plugin, 2.0). Each
panel is a client bound to its client id, with one role that spells its `Access` out.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from hub.db.base import new_id
from hub.mqtt.broker_auth import Access
from hub.mqtt.client import Broker
from shared import topics

log = logging.getLogger(__name__)

CONTROL = "$CONTROL/dynamic-security/v1"
RESPONSE = CONTROL + "/response"
PATIENCE_S = 20.0
PAGE = 500
BATCH = 5
"""Commands in one message. For each of them mosquitto (2.0) writes its whole file, and hears nobody else meanwhile: with
5,000 panels about 0.3 s."""
AT_ONCE = 100
"""New panels that are told before the hub looks again whether anything more urgent has changed."""
HUB_ROLE = "circletime-hub"
PREFIX = "circletime-panel-"

Rules = frozenset[tuple[str, str]]
"""Kind and topic of each thing that a role allows."""


class Link(Broker, Protocol):
    """What this needs of an `OutsideBroker`."""

    aside: dict[str, Any]

    @property
    def link(self) -> int: ...


class DynamicSecurity:
    """Keeps one mosquitto. What it holds is read anew on each link, and remembered in between."""

    def __init__(self, broker: Link, hub_user: str) -> None:
        self._broker, self._hub_user = broker, hub_user
        broker.aside[RESPONSE] = self._take
        self._answers: dict[str, asyncio.Future[list[dict[str, Any]]]] = {}
        self._marks = new_id()
        self._number = 0
        self._link = 0
        self._roles: dict[str, Rules] = {}
        self._clients: set[str] = set()
        self._missing: set[str] = set()

    async def keep(self, wanted: Mapping[str, Access], secrets: Mapping[str, str]) -> set[str]:
        """See `hub.mqtt.outside_doors.RuleKeeper`. Raises ConnectionError, and TimeoutError where it is silent."""
        link = self._broker.link
        if link != self._link:
            await self._prepare()
            self._roles, self._clients = await self._read_roles(), await self._read_clients()
            self._link = link
        gone = (self._clients | self._roles.keys()) - wanted.keys()
        await self._send([one for panel_id in sorted(gone) for one in self._dismissal(panel_id)])
        self._clients -= gone
        for panel_id in gone:
            self._roles.pop(panel_id, None)
        known = set(sorted(secrets.keys() & wanted.keys())[:AT_ONCE])
        rules = {one: rules_of(access) for one, access in wanted.items() if one in self._clients | known}
        changed = [panel_id for panel_id, found in rules.items() if self._roles.get(panel_id) != found]
        await self._send([self._role(panel_id, rules[panel_id]) for panel_id in changed])
        self._roles |= {panel_id: rules[panel_id] for panel_id in changed}
        await self._send([self._login(panel_id, secrets[panel_id]) for panel_id in sorted(known)])
        self._clients |= known
        self._tell_missing(wanted.keys() - self._clients - secrets.keys())
        return known

    def _tell_missing(self, missing: set[str]) -> None:
        for panel_id in sorted(missing - self._missing):
            log.error(
                "mosquitto does not know panel %s and can't be told its secret: enrol it anew", panel_id
            )
        self._missing = missing

    async def _prepare(self) -> None:
        """Nothing is allowed but what a role says; the hub itself may do everything of its own."""
        default = [
            {"acltype": kind, "allow": kind == "unsubscribe"}
            for kind in ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe")
        ]
        everything = [
            (kind, f"{topics.ROOT}/#")
            for kind in ("publishClientSend", "publishClientReceive", "subscribePattern")
        ]
        await self._ask({"command": "setDefaultACLAccess", "acls": default})
        made = await self._ask({"command": "listRoles"})
        if HUB_ROLE not in made["data"]["roles"]:
            await self._ask({"command": "createRole", "rolename": HUB_ROLE, "acls": acls_of(everything)})
        hub = await self._ask({"command": "getClient", "username": self._hub_user})
        if HUB_ROLE not in {role["rolename"] for role in hub["data"]["client"]["roles"]}:
            await self._ask({"command": "addClientRole", "username": self._hub_user, "rolename": HUB_ROLE})

    async def _read_roles(self) -> dict[str, Rules]:
        found = {}
        for role in await self._list("listRoles", "roles"):
            if role["rolename"].startswith(PREFIX):
                allowed = frozenset((acl["acltype"], acl["topic"]) for acl in role["acls"] if acl["allow"])
                found[role["rolename"].removeprefix(PREFIX)] = allowed
        return found

    async def _read_clients(self) -> set[str]:
        """Those that have the role of their panel, and no others: they are made anew."""
        found = set()
        for client in await self._list("listClients", "clients"):
            panel_id = client["username"]
            roles = {role["rolename"] for role in client["roles"]}
            if client.get("clientid") == panel_id and roles == {PREFIX + panel_id}:
                found.add(panel_id)
        return found

    async def _list(self, command: str, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = {"command": command, "verbose": True, "count": PAGE, "offset": len(found)}
            data = (await self._ask(page))["data"]
            found += data[what]
            if not data[what] or len(found) >= data["totalCount"]:
                return found

    def _role(self, panel_id: str, rules: Rules) -> dict[str, Any]:
        command = "modifyRole" if panel_id in self._roles else "createRole"
        return {"command": command, "rolename": PREFIX + panel_id, "acls": acls_of(sorted(rules))}

    def _login(self, panel_id: str, secret: str) -> dict[str, Any]:
        if panel_id in self._clients:
            return {"command": "setClientPassword", "username": panel_id, "password": secret}
        roles = [{"rolename": PREFIX + panel_id}]
        return {
            "command": "createClient",
            "username": panel_id,
            "clientid": panel_id,
            "password": secret,
            "roles": roles,
        }

    def _dismissal(self, panel_id: str) -> list[dict[str, Any]]:
        """Whoever is deleted while connected is cut off by the plugin."""
        client = {"command": "deleteClient", "username": panel_id}
        role = {"command": "deleteRole", "rolename": PREFIX + panel_id}
        return [client] * (panel_id in self._clients) + [role] * (panel_id in self._roles)

    async def _send(self, commands: list[dict[str, Any]]) -> None:
        for first in range(0, len(commands), BATCH):
            for answer in await self._exchange(commands[first : first + BATCH]):
                if "error" in answer:
                    self._link = 0  # what it holds is not what was thought
                    raise ConnectionError(f"mosquitto refuses {answer['command']}: {answer['error']}")

    async def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        (answer,) = await self._exchange([command])
        if "error" in answer:
            raise ConnectionError(f"mosquitto refuses {answer['command']}: {answer['error']}")
        return answer

    async def _exchange(self, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self._number += 1
        mark = f"{self._marks}-{self._number}"
        marked = [command | {"correlationData": mark} for command in commands]
        answered: asyncio.Future[list[dict[str, Any]]] = asyncio.get_running_loop().create_future()
        self._answers[mark] = answered
        try:
            await self._broker.publish(CONTROL, json.dumps({"commands": marked}).encode())
            async with asyncio.timeout(PATIENCE_S):
                return await answered
        finally:
            del self._answers[mark]

    def _take(self, payload: bytes) -> None:
        """Answers to others' commands come here too, and are passed over."""
        try:
            answers = json.loads(payload)["responses"]
            waiting = self._answers.get(answers[0].get("correlationData"))
        except (ValueError, KeyError, IndexError, AttributeError, TypeError):
            log.warning("mosquitto answers what is no answer")
            return
        if waiting is not None and not waiting.done():
            waiting.set_result(answers)


def rules_of(access: Access) -> Rules:
    """As the plugin says it: what may be subscribed to may be received too."""
    heard = {("publishClientReceive", one) for one in access.subscribe}
    return frozenset(
        heard
        | {("publishClientSend", one) for one in access.publish}
        | {("subscribePattern" if "#" in one else "subscribeLiteral", one) for one in access.subscribe}
    )


def acls_of(rules: Any) -> list[dict[str, Any]]:
    return [{"acltype": kind, "topic": topic, "allow": True, "priority": 0} for kind, topic in rules]
