"""The panel's end of the contract's MQTT: keeps a link to the hub, takes what it says, sends what there is."""

import asyncio
import json
import random

from firmware import flash_file, rare, strips, troubles, wifi
from firmware.command_outbox import new_id
from firmware.mqtt_client import LinkLost, MqttClient, connect_packet
from firmware.state_cache import INCOMING
from firmware.version import VERSION
from shared import checked, panel_command, panel_presence, topics
from shared.panel_screen import HEIGHT_PX, STRIP_BYTES, STRIP_ROWS
from shared.text_strip import MAX_REPLY_BYTES as MAX_REPLY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from firmware.command_outbox import CommandOutbox
    from firmware.glass import Glass
    from firmware.hub_contact import HubContact
    from firmware.hub_trust import HubTrust
    from firmware.panel_config import PanelConfig
    from firmware.state_cache import StateCache
    from firmware.supervisor import Supervisor
    from firmware.wall_clock import WallClock
    from shared.panel_command import Ack, PanelCommand
    from shared.panel_presence import Welcome

    class Listener(Protocol):
        """Who is told what came over the link. None of these may wait."""

        def changed(self) -> None: ...
        def welcomed(self) -> None: ...
        def answered(self, command: "PanelCommand", ack: "Ack") -> None: ...
        def given_up(self, commands: "list[PanelCommand]") -> None: ...
        def requested(self, request: "dict[str, Any]") -> None: ...
        def replied(self, reply: "dict[str, Any]") -> None: ...


KEEPALIVE_S = 30
LONGEST_WAIT_S = 60
FIRST_CONNECT_MAX_S = 2
"""After the panel's own start; after a lost link it waits up to `reconnect_max_s`, for a whole site
reconnects at once when its broker comes back."""

DOWN = ("welcome", "config", "ack", "reply", "request", "update")

HUB_ADDRESS = "hub.txt"
"""Where the hub was found, for `firmware.hub_addresses`."""

FAILED_UPDATE = "failed.json"
"""What `firmware.update_offer` keeps of an update that came to nothing."""


class MqttLink:
    def __init__(
        self,
        config: "PanelConfig",
        cache: "StateCache",
        outbox: "CommandOutbox",
        clock: "WallClock",
        contact: "HubContact",
        glass: "Glass",
        supervisor: "Supervisor",
        trust: "HubTrust | None" = None,
    ) -> None:
        """Without `trust` the link is plain."""
        self._client = MqttClient(self._take, self._file_for)
        self._config = config
        self._cache = cache
        self._outbox = outbox
        self._clock = clock
        self._contact = contact
        self._glass = glass
        self._supervisor = supervisor
        self._trust = trust
        self._address = ("", 0)
        self._tries = 0  # where no hub was, since it was last found
        self._boot_id = new_id()
        self._work = asyncio.Event()
        self._telemetry: dict[str, Any] | None = None
        self._telemetry_due = False
        self._screen_row = HEIGHT_PX  # the next strip's first row; past the glass, none is asked for
        self._screen_frame = 0
        self._hello_due = False
        self._questions: list[str] = []
        self.trouble = troubles.HUB_SILENT
        self._moved = False
        self._resting = False
        self._rest_until: int | None = None
        self.listener: Listener

    async def run(self) -> None:
        """Connects, and connects again, until the panel rests."""
        wait_s = min(FIRST_CONNECT_MAX_S, self._config.reconnect_max_s)
        while True:
            self._supervisor.hear("link")
            if not self._moved:
                await asyncio.sleep(random.random() * wait_s)
            wait_s = self._config.reconnect_max_s
            self._moved = False
            try:
                await self._connection()
            except (OSError, LinkLost, MemoryError, asyncio.TimeoutError) as error:
                self.trouble = troubles.number_of(error)
                print("link lost: E%d" % self.trouble, repr(error))
                if not self._contact.there:
                    self._tries += 1
            self._lose_hub()
            if self._resting:
                return
            self.listener.changed()

    def rest(self, until_unix: "int | None") -> None:
        """Says what there is to say, then that the panel sleeps, and ends `run`."""
        self._resting, self._rest_until = True, until_unix
        self.wake()

    def ask(self, request: str) -> None:
        """Asks the hub once, if it is there; of many questions only the last two."""
        self._questions = self._questions[-1:] + [request]  # noqa: RUF005  MicroPython unpacks into no list
        self.wake()

    def wake(self) -> None:
        """There is something new to send."""
        self._work.set()

    def report(self, telemetry: "dict[str, Any]") -> None:
        """Sends `telemetry` now, and again at each connect; a newer report replaces an older."""
        self._telemetry = telemetry
        self._telemetry_due = True
        self.wake()

    async def _connection(self) -> None:
        config = self._config
        await wifi.join(config)
        will_topic = topics.panel_up(config.panel_id, "presence")
        will = panel_presence.presence(panel_presence.OFFLINE, self._boot_id)
        hello = connect_packet(config.panel_id, config.secret, KEEPALIVE_S, will_topic, will)
        tls = self._trust.context() if self._trust is not None else None
        self._address = rare.load("firmware.hub_addresses").address(config, self._tries)
        await self._client.session(self._address, hello, KEEPALIVE_S, self._serve, tls)

    async def _serve(self) -> None:
        """Joins, then sends whatever is to be sent, until the panel is moved to another room."""
        config = self._config
        if self._screen_row < HEIGHT_PX:  # the link was lost within a picture that was asked for
            self._screen_row = 0
        down = DOWN if self._trust is None else DOWN + ("trust",)  # noqa: RUF005  MicroPython has no stars there
        wanted = [topics.panel_down(config.panel_id, leaf) for leaf in down] + [topics.HUB_PRESENCE]
        if config.room_id is not None:
            wanted.append(topics.room_state(config.room_id))
        for refused in await self._client.subscribe(wanted, config.qos):
            print("may not hear", refused)
        await self._say_presence(panel_presence.ONLINE)
        self._hello_due = True
        self._telemetry_due = self._telemetry is not None
        while not self._moved:
            self._supervisor.hear("link")
            self._work.clear()
            if await self._send_next():
                continue
            if self._resting:
                await self._say_presence(panel_presence.SLEEPING, self._rest_until)
                return
            await self._wait_for_work()

    async def _say_presence(self, status: str, until_unix: "int | None" = None) -> None:
        said = panel_presence.presence(status, self._boot_id, until_unix)
        topic = topics.panel_up(self._config.panel_id, "presence")
        await self._client.publish(topic, said.encode(), retain=True)

    async def _wait_for_work(self) -> None:
        """Until there is something new, or a command has waited too long for its answer; a minute at most."""
        wait_s: float = LONGEST_WAIT_S
        if self._contact.there and self._outbox.commands:
            wait_s = min(wait_s, self._outbox.due_in_ms() / 1000)
        try:
            await asyncio.wait_for(self._work.wait(), wait_s)
        except asyncio.TimeoutError:
            pass

    async def _send_next(self) -> bool:
        """Sends the most urgent thing there is; False where there is none."""
        if self._hello_due:
            self._hello_due = False
            room_id, revision = self._config.room_id, self._cache.revision
            update = flash_file.read(FAILED_UPDATE, 512)
            failed = json.loads(update) if update else None
            await self._publish(
                "hello", panel_presence.hello(self._boot_id, VERSION, room_id, revision, failed)
            )
            return True
        command = self._outbox.due() if self._contact.there else None
        if command is not None:
            self._outbox.sent()
            await self._publish("command", panel_command.encode(command))
            return True
        if self._questions:
            await self._publish("request", self._questions.pop(0))
            return True
        if self._telemetry_due and self._telemetry is not None:
            self._telemetry_due = False
            if self._trust is not None:
                self._telemetry["trusts"] = self._trust.fingerprints
            await self._publish("telemetry", json.dumps(self._telemetry))
            return True
        if self._screen_row < HEIGHT_PX:
            await self._send_strip()
            return True
        return False

    async def _send_strip(self) -> None:
        """One strip; from the top again where the picture has changed since the first."""
        if self._screen_row == 0:
            self._screen_frame = self._glass.frame_number
        row = self._screen_row
        self._screen_row = row + STRIP_ROWS
        topic = topics.panel_up(self._config.panel_id, "screen")
        await self._client.publish_pieces(topic, STRIP_BYTES, self._glass.strip(row))
        if self._screen_frame != self._glass.frame_number:
            self._screen_row = 0

    async def _publish(self, leaf: str, message: str) -> None:
        await self._client.publish(topics.panel_up(self._config.panel_id, leaf), message.encode())

    def _take(self, topic: str, payload: memoryview, retained: bool) -> None:  # noqa: FBT001  the client's callback
        """Acts on one message. What is not understood is dropped: the hub will say it again, or said nothing."""
        address = topics.parse(topic)
        if address is None or (address[0] == "down" and address[1] != self._config.panel_id):
            return
        try:
            if address[0] == "room":
                self._take_state(address[1])
            elif address[0] == "hub":
                self._take_hub_presence(bytes(payload), retained)
            elif address[2] == "trust":
                self._take_trust(payload)
            else:
                self._take_down(address[2], bytes(payload))
        except (ValueError, MemoryError, OSError) as error:
            print("dropped", topic, repr(error))
        self.listener.changed()

    def _file_for(self, topic: str) -> "str | None":
        if topic.endswith("/down/reply"):
            return strips.INCOMING
        return INCOMING if topic.endswith("/state") else None

    def _take_state(self, room_id: str) -> None:
        if room_id != self._config.room_id:
            return
        if flash_file.size(INCOMING):
            self._cache.take()
        else:  # the room is gone
            self._cache.move(room_id)

    def _take_hub_presence(self, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        """With an outside broker the link outlives the hub. A hub that comes back is greeted anew."""
        if panel_presence.parse_presence(payload)["status"] != panel_presence.ONLINE:
            self._lose_hub()
        elif not retained:
            self._say_hello()

    def _take_down(self, leaf: str, payload: bytes) -> None:
        if leaf == "welcome":
            self._take_welcome(panel_presence.parse_welcome(payload))
        elif leaf == "config":
            self._take_config(payload)
        elif leaf == "ack":
            self._take_ack(panel_command.parse_ack(payload))
        elif leaf == "reply":
            self.listener.replied(checked.json_object(flash_file.read(strips.INCOMING, MAX_REPLY), MAX_REPLY))
        elif leaf == "update":
            self._take_offer(payload)
        elif leaf == "request":
            self._take_request(checked.json_object(payload, 1024))
        self.wake()

    def _take_welcome(self, welcome: "Welcome") -> None:
        self._clock.set(welcome["nowUnix"])
        if self._moved:  # it will be welcomed again, at its new room
            return
        if self._trust is not None and not self._trust.in_time():
            raise LinkLost("the hub's certificate is out of its time")
        self._contact.heard(welcome["nowUnix"])
        if self._tries:  # next time it is looked for here first
            flash_file.replace(HUB_ADDRESS, "%s:%d" % self._address)
            self._tries = 0
        self.listener.welcomed()
        if welcome["roomId"] == self._config.room_id and welcome["revision"] < self._cache.revision:
            self._cache.follow_hub_back()
            self._say_hello()

    def _take_config(self, payload: bytes) -> None:
        """On another door, the broker's rules for this panel are others too: the link is made anew."""
        before = self._config.room_id
        if self._config.follow(payload):
            if self._config.room_id != before:
                self._cache.move(self._config.room_id)
            self._moved = True

    def _take_trust(self, payload: memoryview) -> None:
        if self._trust is not None and self._trust.follow(payload):
            self.listener.requested({"kind": "restart"})

    def _take_offer(self, payload: bytes) -> None:
        if payload:
            if rare.load("firmware.update_offer").consider(payload):
                self.listener.requested({"kind": "restart"})

    def _take_ack(self, ack: "Ack") -> None:
        command = self._outbox.settle(ack["id"])
        if command is not None:
            self.listener.answered(command, ack)

    def _take_request(self, request: "dict[str, Any]") -> None:
        if request.get("kind") == "screen":
            self._screen_row = 0
        else:
            self.listener.requested(request)

    def _lose_hub(self) -> None:
        self._contact.lost(self._clock.now())
        strips.strips.not_answered()
        self.listener.given_up(self._outbox.link_lost())

    def _say_hello(self) -> None:
        self._hello_due = True
        self.wake()
