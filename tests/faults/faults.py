"""Each fault is one function: it is done to a town whose people go on, and over when it returns."""

from __future__ import annotations

import signal
import socket
import struct
import time
from collections.abc import Callable

from shared import topics
from tests.faults.town import Town, fill_disk
from tests.flows.site import eventually

STATEMENTS = 120
LASTS_S = (0.2, 3.0)
HALF_OPEN_S = 13.0
"""Longer than either side's keepalive."""


def _last(town: Town, at_most_s: float = LASTS_S[1]) -> None:
    time.sleep(town.random.uniform(LASTS_S[0], at_most_s))


def hub_killed_at_a_statement(town: Town) -> None:
    """Or between two of them, or in a commit: wherever the count ends."""
    hub = town.random.choice(town.hubs)
    (town.trip / f"die-{hub.port}").write_text(str(town.random.randint(1, STATEMENTS)))
    eventually("it has died", hub.dead)
    _last(town, 1)
    hub.end(signal.SIGKILL)
    hub.start()
    eventually("it is back", hub.ready, 120)


def hub_killed_at_any_moment(town: Town) -> None:
    hub = town.random.choice(town.hubs)
    _last(town)
    hub.end(signal.SIGKILL)
    hub.start()
    eventually("it is back", hub.ready, 120)


def hub_frozen_for_a_while(town: Town) -> None:
    hub = town.random.choice(town.hubs)
    hub.signal(signal.SIGSTOP)
    _last(town, 13)
    hub.signal(signal.SIGCONT)


def broker_killed(town: Town) -> None:
    assert town.broker
    town.broker.kill()
    _last(town)
    town.broker.start()


def broker_back_empty(town: Town) -> None:
    assert town.broker
    town.broker.kill()
    town.broker.forget()
    _last(town)
    town.broker.start()


def database_cuts_every_connection(town: Town) -> None:
    """Also the one that holds the lead."""
    for _ in range(3):
        town.ask_database(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'town' AND pid <> pg_backend_pid()"
        )
        _last(town, 0.5)


def database_away_for_a_while(town: Town) -> None:
    assert town.database
    town.database.stop()
    _last(town)
    town.database.start()


def disk_full(town: Town) -> None:
    empty = fill_disk(town)
    _last(town)
    empty()


def clock_jumps(town: Town) -> None:
    """Of every hub on this machine: there, and back."""
    town.set_clock(town.random.choice([-7200, -90, -5, 5, 90, 7200]))
    _last(town)
    town.set_clock(0)


def hub_cut_from_its_broker(town: Town) -> None:
    town.hub_wire.cut()
    _last(town)
    town.hub_wire.mend()


def hub_half_open_to_its_broker(town: Town) -> None:
    town.hub_wire.silence()
    time.sleep(HALF_OPEN_S)
    town.hub_wire.mend()


def panels_cut_from_the_broker(town: Town) -> None:
    town.panel_wire.cut()
    _last(town)
    town.panel_wire.mend()


def panels_half_open_to_the_broker(town: Town) -> None:
    town.panel_wire.silence()
    time.sleep(HALF_OPEN_S)
    town.panel_wire.mend()


def wires_late_and_everything_twice(town: Town) -> None:
    wires = (town.panel_wire, town.hub_wire)
    for wire in wires:
        wire.spoil()
    _last(town, 5)
    for wire in wires:
        wire.mend()


def slow_consumer(town: Town) -> None:
    """A panel that asks for its room's states and then reads nothing, while many come."""
    panel = town.random.choice(town.campus.panels)
    made = town.campus.ask("POST", "/panels", {"roomId": panel.room_id, "simulated": True})
    time.sleep(0.5)  # an outside broker is told of it first
    with socket.create_connection(("127.0.0.1", town.broker_port()), 5) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(_login(made["id"], made["secret"]) + _subscribe(topics.room_state(panel.room_id)))
        _last(town, 4)
    town.campus.ask("DELETE", f"/panels/{made['id']}")


def _text(words: str) -> bytes:
    return struct.pack("!H", len(words)) + words.encode()


def _login(panel_id: str, secret: str) -> bytes:
    body = _text("MQTT") + b"\x04\xc2\x00\x3c" + _text(panel_id) + _text(panel_id) + _text(secret)
    return b"\x10" + bytes([len(body) & 127 | 128, len(body) >> 7]) + body


def _subscribe(topic: str) -> bytes:
    body = b"\0\1" + _text(topic) + b"\1"
    return b"\x82" + bytes([len(body)]) + body


Fault = Callable[[Town], None]

EVERYWHERE: tuple[Fault, ...] = (
    hub_killed_at_a_statement,
    hub_killed_at_any_moment,
    hub_frozen_for_a_while,
    clock_jumps,
    panels_cut_from_the_broker,
    panels_half_open_to_the_broker,
    wires_late_and_everything_twice,
    slow_consumer,
)
ON_ONE_BOX: tuple[Fault, ...] = (*EVERYWHERE, disk_full)
ON_A_CAMPUS: tuple[Fault, ...] = (
    *EVERYWHERE,
    broker_killed,
    broker_back_empty,
    database_cuts_every_connection,
    database_away_for_a_while,
    hub_cut_from_its_broker,
    hub_half_open_to_its_broker,
)
