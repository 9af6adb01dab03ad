"""Commands on their way to the hub, one at a time and in order, each kept until the hub has answered it.

A command's id is its idempotency key, so sending it again is always safe. Check-in, end and issue reports
outlive a lost link and a power cut, but for one with a PIN, which rests on no flash. Booking and extending do neither: only the hub can grant them, and a
panel never promises what it cannot (contract, "MQTT 3.1.1").
"""

import binascii
import json
import os

from firmware import flash_file, ticks
from shared import panel_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shared.panel_command import PanelCommand

PATH = "outbox.json"
MAX_COMMANDS = 32
MAX_BYTES = 16 * 1024

RESEND_MS = 15000
"""How long to wait for an answer over a living link before sending the same command again."""

ONLY_ONLINE = (panel_command.BOOK, panel_command.EXTEND)


def new_id() -> str:
    return binascii.hexlify(os.urandom(9)).decode()


class CommandOutbox:
    def __init__(self) -> None:
        """Takes up what the flash holds of an earlier life; what is unreadable there is left out."""
        self.commands: list[PanelCommand] = _stored()
        self._sent_ticks: int | None = None

    def add(self, command: "PanelCommand") -> bool:
        """False, and nothing is queued, where the outbox is full or holds the same wish for the same booking."""
        if self.full or any(_same_wish(command, queued) for queued in self.commands):
            return False
        self.commands.append(command)
        self._store()
        return True

    @property
    def full(self) -> bool:
        return len(self.commands) >= MAX_COMMANDS

    def due(self) -> "PanelCommand | None":
        """The command to send now: the oldest, unless it was just sent and its answer may still come."""
        if not self.commands or self.due_in_ms() > 0:
            return None
        return self.commands[0]

    def due_in_ms(self) -> int:
        if self._sent_ticks is None:
            return 0
        return max(0, RESEND_MS - ticks.since_ms(self._sent_ticks))

    def sent(self) -> None:
        self._sent_ticks = ticks.now_ms()

    def settle(self, command_id: str) -> "PanelCommand | None":
        """The hub has answered: the command, now gone from here; None if it was settled before."""
        for command in self.commands:
            if command["id"] == command_id:
                self.commands.remove(command)
                self._sent_ticks = None
                self._store()
                return command
        return None

    def link_lost(self) -> "list[PanelCommand]":
        """What waited for an answer is to be sent again; what only the hub could grant is given up: those
        commands are returned."""
        given_up = [command for command in self.commands if not _lasts(command)]
        self.commands = [command for command in self.commands if _lasts(command)]
        self._sent_ticks = None
        return given_up

    def _store(self) -> None:
        lasting = [command for command in self.commands if _lasts(command)]
        try:
            flash_file.replace(PATH, json.dumps(lasting))
        except OSError as error:  # it still goes out, if the power stays
            print("outbox not stored:", error)


def _lasts(command: "PanelCommand") -> bool:
    return command["action"] not in ONLY_ONLINE and "pin" not in command


def _same_wish(one: "PanelCommand", other: "PanelCommand") -> bool:
    return all(
        one.get(field) == other.get(field) for field in ("action", "bookingId", "category", "attendees")
    )


def _stored() -> "list[PanelCommand]":
    try:
        found = json.loads(flash_file.read(PATH, MAX_BYTES))
        return [panel_command.parse(json.dumps(each)) for each in found] if isinstance(found, list) else []
    except (ValueError, MemoryError):
        return []
