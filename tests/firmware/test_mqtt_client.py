"""A broker that means harm, or breaks off anywhere: the panel gives the connection up, and comes again."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.firmware.hub_double import PANEL, wait_until
from tests.micropython import needs_micropython

pytestmark = needs_micropython

CONNACK = b"\x20\x02\x00\x00"


class HarmfulBroker:
    """Answers connection after connection with the next of `answers`, and keeps what each was sent."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers, self.asked = answers, 0
        self.first_bytes: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(0.3)
                    self.first_bytes.append(connection.recv(4096))
                    answer = self.answers[self.asked % len(self.answers)]
                    self.asked += 1
                    connection.sendall(answer)
                    while connection.recv(4096):
                        pass

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def harmful() -> Iterator[Callable[[list[bytes]], HarmfulBroker]]:
    opened: list[HarmfulBroker] = []

    def open_one(answers: list[bytes]) -> HarmfulBroker:
        opened.append(HarmfulBroker(answers))
        return opened[-1]

    yield open_one
    for broker in opened:
        broker.close()


def publish(topic: bytes, payload: bytes, first: int = 0x30) -> bytes:
    body = struct.pack(">H", len(topic)) + topic + payload
    length, rest = bytearray(), len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length.append(digit | (128 if rest else 0))
        if not rest:
            return bytes([first]) + bytes(length) + body


HOSTILE = [
    b"",
    b"\x20",
    b"\x20\x02\x00\x05",
    b"\x20\x7f" + b"x" * 127,
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    CONNACK + b"\x30\xff\xff\xff\x7f" + b"x" * 5000,
    CONNACK + b"\x30\xff\xff\xff\xff\xff",
    CONNACK + b"\x30\x00",
    CONNACK + b"\x30\x05\xff\xff" + b"abc",
    CONNACK + b"\x36\x05\x00\x01a\x00\x01",
    CONNACK + b"\x32\x05\x00\x01a\x00\x00",
    CONNACK + b"\x30\x04\x00\x02\xff\xfe",
    CONNACK + b"\x90\x00",
    CONNACK + b"\x90\x03\x00\x01\x80",
    CONNACK + b"\x40\x02\x00\x01",
    CONNACK + b"\xd0\x05abcde",
    CONNACK + b"\x10\x02ab",
    CONNACK + publish(b"circletime/v1/rooms/x/state", b"\xff" * 60000),
    CONNACK + publish(b"circletime/v1/panels/%s/down/ack" % PANEL.encode(), b"x" * 2000),
    CONNACK + publish(b"../panel.json/state", b"not over the installer's words"),
    CONNACK + publish(b"a" * 3000, b""),
]


def test_no_bytes_of_a_broker_bring_the_panel_down(harmful, panel):
    noise = random.Random(7)
    answers = HOSTILE + [
        CONNACK * noise.randint(0, 1) + noise.randbytes(noise.choice([1, 40, 3000])) for _ in range(20)
    ]
    broker = harmful(answers)
    one = panel(port=broker.port, reconnectMaxS=0.02)
    installed = (one.flash / "panel.json").read_bytes()
    wait_until(lambda: broker.asked >= 3, "three connections")
    files = one.open_files()
    wait_until(lambda: broker.asked > 2 * len(answers), "each answer twice")
    assert one.process.poll() is None
    assert one.open_files() <= files + 1
    assert "MemoryError" not in one.console()
    assert (one.flash / "panel.json").read_bytes() == installed


def test_a_broker_that_breaks_off_is_greeted_anew(harmful, panel):
    broker = harmful([CONNACK[:2]])
    panel(port=broker.port, reconnectMaxS=0.02)
    wait_until(lambda: broker.asked >= 2, "the panel comes again after half a CONNACK")
    assert all(first.startswith(b"\x10") and b"MQTT\x04" in first for first in broker.first_bytes)


def test_nobody_listening_costs_nothing_but_time(panel):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    one = panel(port=port, reconnectMaxS=0.01)
    wait_until(lambda: one.console().count("link lost") > 50, "fifty refusals")
    assert one.process.poll() is None
    assert one.open_files() < 25
