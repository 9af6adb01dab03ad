"""Takes panels' commands, and answers each with an ack, however often it comes."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from hub import journal
from hub.accounts.passwords import verify_password
from hub.clock import Clock
from hub.db.database import Database
from hub.errors import NotFound
from hub.measures import COMMAND_S, REFUSALS
from hub.mqtt.client import Broker
from hub.mqtt.payloads import storable
from hub.panel import commands
from hub.panel.glass import Proof
from hub.spans import span
from hub.trail import following
from shared import checked, topics
from shared.panel_command import MAX_BYTES, encode, parse

if TYPE_CHECKING:
    from shared.panel_command import Ack, PanelCommand

log = logging.getLogger(__name__)


class CommandListener:
    """A command that could not be stored gets no ack: the panel keeps it and sends it again."""

    def __init__(self, database: Database, clock: Clock, broker: Broker) -> None:
        self._database, self._clock, self._broker = database, clock, broker

    async def take(self, panel_id: str, payload: bytes) -> None:
        try:
            command = storable(parse(payload))
        except ValueError as error:
            await self._turn_down(panel_id, payload, str(error))
            return
        action = command["action"]
        with following(command["id"]), COMMAND_S.labels(action).time(), span("command", action=action):
            await self._obey(panel_id, command)

    async def _obey(self, panel_id: str, command: PanelCommand) -> None:
        now = self._clock.now()
        try:
            proof = await self._proof(panel_id, command, now)
            ack = await self._database.write(
                lambda session: commands.apply(session, panel_id, command, now, proof)
            )
        except NotFound as error:
            log.warning("command of panel %s is not taken: %s", panel_id, error)
            return
        await self._answer(panel_id, ack)

    async def _proof(self, panel_id: str, command: PanelCommand, now: datetime) -> Proof | None:
        """The PIN is checked here, where argon2 keeps no writer waiting."""
        pin = command.get("pin")
        if pin is None:
            return None
        pin_hash = await self._database.read(
            lambda session: commands.pin_hash_to_check(session, panel_id, command, now)
        )
        if pin_hash is None:
            return None
        return Proof(pin_hash, right=await verify_password(pin_hash, pin))

    async def _turn_down(self, panel_id: str, payload: bytes, why: str) -> None:
        """What is no command is dropped; where it has an id, the panel is told, so that it drops it too."""
        log.warning("panel %s sent what is no command: %s", panel_id, why)
        with suppress(ValueError):
            command_id = checked.identifier(checked.json_object(payload, MAX_BYTES), "id")
            await self._answer(panel_id, commands.refused(command_id, "invalid-request", why))

    async def _answer(self, panel_id: str, ack: Ack) -> None:
        await self._broker.publish(topics.panel_down(panel_id, "ack"), encode(ack).encode())
        refusal = ack.get("problem")
        if refusal:
            REFUSALS.labels(refusal, "panel").inc()
        journal.note("acknowledged", panel=panel_id, command=ack["id"], refusal=refusal)
