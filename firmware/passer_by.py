"""Whoever stands at the panel: what they asked for by its keys, what they are asked back, and what they are told."""

from firmware import rare, ticks
from firmware.aside import Aside
from firmware.command_outbox import ONLY_ONLINE, new_id
from firmware.screens import words
from firmware.strips import strips
from shared import panel_command
from shared.text_strip import STRIP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.command_outbox import CommandOutbox
    from firmware.hub_contact import HubContact
    from firmware.mqtt_link import MqttLink
    from firmware.panel_config import PanelConfig
    from firmware.pin_entry import PinEntry
    from firmware.sleeper import Sleeper
    from firmware.state_cache import StateCache
    from firmware.wall_clock import WallClock
    from shared.panel_command import Ack, PanelCommand

NOTICE_MS = 8000
ASK_MS = 30000
"""How long "End early?" waits for its answer."""


FIRST_COUNT = 2
"""Whoever is alone seldom books a room."""


class PasserBy:
    """`granted` are commands that the hub has taken, each with the revision in which it shows."""

    def __init__(
        self,
        config: "PanelConfig",
        cache: "StateCache",
        outbox: "CommandOutbox",
        clock: "WallClock",
        contact: "HubContact",
        link: "MqttLink",
        sleeper: "Sleeper | None",
    ) -> None:
        self._config = config
        self._cache = cache
        self._outbox = outbox
        self._clock = clock
        self._contact = contact
        self._link = link
        self._sleeper = sleeper
        self.granted: list[tuple[PanelCommand, int]] = []
        self.aside = Aside()
        self.pin: PinEntry | None = None
        self._notice: str | None = None
        self._notice_ticks = 0
        self._asking_ticks: int | None = None
        self._checked_in = ""

    async def act(self, action: str, booking_id: "str | None") -> None:
        """Does what the key said when it was pressed, to the meeting that was on the glass then."""
        verb, _, detail = action.partition(":")
        if verb in ("end_confirm", "end_keep"):
            self._asking_ticks = None
        if verb == "end":
            self._asking_ticks = ticks.now_ms()
        elif verb in ("report", "other_rooms", "issue", "attendance", "count", "close"):
            await self._act_aside(action)
        elif verb == "book":
            await self._send(panel_command.BOOK, minutes=int(detail))
        elif verb == "pin" and self.pin:
            await self._enter(self.pin, int(detail))
        elif booking_id is None:
            return
        elif verb == "check_in":
            await self._check_in(booking_id)
        elif verb == "extend":
            await self._send(panel_command.EXTEND, bookingId=booking_id, minutes=int(detail))
        elif verb in ("release", "end_confirm"):
            await self._send(panel_command.END, bookingId=booking_id)

    def answered(self, command: "PanelCommand", ack: "Ack") -> None:
        """Granted: the picture stays as expected until the hub's state says the same. Refused: tell why."""
        self._close_pin(ack)
        command.pop("pin", None)
        if ack["ok"]:
            self.granted.append((command, ack["revision"]))
        else:
            said = words.say(ack["problem"])
            self.tell(said if said != ack["problem"] else ack.get("detail") or said)

    def given_up(self, commands: "list[PanelCommand]") -> None:
        """The link is lost, and these with it."""
        self.granted = []
        if commands or self.pin:
            self.tell("No answer from the hub")
        self.pin = None

    def replied(self, reply: "dict[str, Any]") -> None:
        """Raises ValueError for what is no answer."""
        if reply.get("kind") == STRIP:
            strips.take(reply)
        else:
            self.aside.take(rare.load("shared.panel_request").check_reply(reply))

    def tell(self, notice: str) -> None:
        self._notice = notice
        self._notice_ticks = ticks.now_ms()

    def notice(self) -> "str | None":
        if self._notice is not None and ticks.since_ms(self._notice_ticks) >= NOTICE_MS:
            self._notice = None
        return self._notice

    def screen(self) -> str:
        """The screen that stands before the room's own; "" for none."""
        if self.pin is not None and self.pin.left_ms() > 0:
            return "pin"
        self.pin = None
        return self.aside.screen if self.aside.left_ms() else ""

    def asks_to_end(self, checked_in: bool) -> bool:  # noqa: FBT001
        """Whether "End early?" waits for its answer; it makes no sense once nobody is in."""
        if self._asking_ticks is not None and (
            not checked_in or ticks.since_ms(self._asking_ticks) >= ASK_MS
        ):
            self._asking_ticks = None
        return self._asking_ticks is not None

    def waits_ms(self) -> "list[int]":
        """After how long the picture changes by itself, for each thing that somebody is told or asked."""
        found = [one.left_ms() for one in (self.aside, self.pin) if one is not None and one.left_ms()]
        if self._notice is not None:
            found.append(NOTICE_MS - ticks.since_ms(self._notice_ticks))
        if self._asking_ticks is not None:
            found.append(ASK_MS - ticks.since_ms(self._asking_ticks))
        return found

    @property
    def here(self) -> bool:
        """Whether somebody reads, or is asked for something."""
        return (
            self._notice is not None
            or self._asking_ticks is not None
            or self.pin is not None
            or self.aside.screen != ""
        )

    async def _act_aside(self, action: str) -> None:
        """What the keys do that open a screen beside the room's own, or stand on one."""
        verb, _, category = action.partition(":")
        self.aside.close()
        if verb == "issue" and await self._send(panel_command.REPORT_ISSUE, category=category):
            self.tell("Thank you")
        elif verb == "count":
            await self._send(panel_command.CHECK_IN, bookingId=self._checked_in, attendees=int(category))
            self.tell("Thank you")
        elif verb in ("report", "other_rooms", "attendance"):
            self.aside.open(action)
        if verb == "other_rooms":
            if self._sleeper is not None:
                await self._sleeper.reach_hub()
            self._link.ask(self.aside.question())

    async def _check_in(self, booking_id: str) -> None:
        """The count, where the room asks for one, comes in a second command: whoever walks on has checked in."""
        state = self._cache.state
        if await self._send(panel_command.CHECK_IN, bookingId=booking_id) and state is not None:
            if panel_command.asks_attendance(state["policy"].get("glass")):
                self._checked_in = booking_id
                self.aside.open("attendance:%d" % FIRST_COUNT)

    async def _enter(self, pin: "PinEntry", key: int) -> None:
        """One press of a PIN; with the last one the hub is asked."""
        meaning = pin.press(key)
        if meaning == "cancel":
            self.pin = None
        elif meaning == "ok":
            digits = pin.take()
            pin.asked_id = await self._send(pin.action, pin=digits, **pin.details)
            if pin.asked_id is None:
                self.pin = None

    def _close_pin(self, ack: "Ack") -> None:
        """The hub has answered. A wrong PIN can be entered anew."""
        if self.pin is None or self.pin.asked_id != ack["id"]:
            return
        if ack.get("problem") == "wrong-pin":
            self.pin.forget()
        else:
            self.pin = None

    async def _send(self, action: str, **details: "str | int") -> "str | None":
        """The id of the command that is on its way to the hub; where it takes a PIN, that is asked for first."""
        glass = self._cache.state["policy"].get("glass") if self._cache.state is not None else None
        takes_pin = panel_command.rule_for(glass, action) == panel_command.PIN
        if takes_pin or action in ONLY_ONLINE:
            if self._sleeper is not None:
                await self._sleeper.reach_hub()
            if not self._contact.there:
                self.tell("Only the hub can grant this")
                return None
        if takes_pin and "pin" not in details:
            self.pin = rare.load("firmware.pin_entry").PinEntry(action, details)
            return None
        command: PanelCommand = {
            "id": new_id(),
            "action": action,
            "roomId": self._config.room_id or "",
            "atUnix": self._clock.now() or 0,
            "clockTrusted": self._clock.trusted,
        }
        command.update(details)  # type: ignore[typeddict-item]
        if self._outbox.add(command):
            self._link.wake()
            return command["id"]
        if self._outbox.full:
            self.tell("Too much is waiting for the hub")
        return None
