"""A panel without Wi-Fi opens its own, and a phone tells it the office's: the real firmware, its network the host's.

The radio's part (the access point, its password, the phone's own question whether this is the internet) is not tried.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.firmware.hub_double import wait_until
from tests.flows.site import free_port
from tests.micropython import needs_micropython
from tools import simulator

pytestmark = needs_micropython


class Portal:
    def __init__(self, flash, **told):
        self.flash = flash
        self.port, self.dns_port = free_port(), free_port()
        (flash / "panel.json").write_text(json.dumps({"board": "simulator", "language": "de"} | told))
        argv, environment = simulator.command(flash)
        environment["CIRCLETIME_PORTAL_PORTS"] = f"{self.port},{self.dns_port}"
        self.process = subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=(flash / "console.txt").open("ab"),
            stderr=subprocess.STDOUT,
        )
        wait_until(self._is_open, "the form")

    def _is_open(self):
        assert self.process.poll() is None, (self.flash / "console.txt").read_text()
        try:
            return b"<form" in self.ask()[1]
        except OSError:
            return False

    def ask(self, form=None, path="/hotspot-detect.html"):
        """Status and page."""
        body = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", body, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def say(self, raw):
        """Sends these bytes, whatever they are, and hears what comes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as link:
            link.sendall(raw)
            link.shutdown(socket.SHUT_WR)
            try:
                return b"".join(iter(lambda: link.recv(4096), b""))
            except ConnectionResetError:
                return b""

    def kept(self):
        return json.loads((self.flash / "panel.json").read_text())

    def close(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        print((self.flash / "console.txt").read_text())


@pytest.fixture
def portal(tmp_path):
    found = Portal(tmp_path)
    yield found
    found.close()


RIGHT = {"ssid": "Büro & Flur", "key": "correct horse", "hub": "rooms.example.org:8000/"}


def test_phone_tells_it_the_wifi_and_the_hub_and_it_starts_anew(portal):
    assert portal.ask(RIGHT)[0] == 200
    assert portal.process.wait(20) == simulator.RESET_STATUS
    assert portal.kept() == {
        "board": "simulator",
        "language": "de",
        "wifiSsid": "Büro & Flur",
        "wifiPassword": "correct horse",
        "hubUrl": "http://rooms.example.org:8000",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"ssid": ""},
        {"ssid": "x" * 33},
        {"ssid": "two\nlines"},
        {"key": "short"},
        {"key": "x" * 64},
        {"hub": ""},
        {"hub": "ftp://rooms"},
        {"hub": "http://"},
        {"hub": "http://rooms:x"},
        {"hub": 'http://"><script>'},
        {"hub": "http://" + "x" * 300},
        {"hub": "https://rooms.example.org"},
    ],
    ids=str,
)
def test_what_nobody_can_have_meant_is_refused_and_never_said_again(portal, change):
    before = portal.kept()
    status, page = portal.ask(RIGHT | change)
    assert (status, portal.kept()) == (422, before)
    assert b"<form" in page and b"script" not in page
    assert portal.process.poll() is None


def test_hostile_bytes_do_it_no_harm(portal):
    """Half requests, endless ones, noise, and phones that say nothing: whoever comes next is served."""
    chance = random.Random(4)
    idle = [socket.create_connection(("127.0.0.1", portal.port)) for _ in range(6)]
    for raw in (
        b"",
        b"\r\n",
        b"POST / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nssid",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nssid=%zz&",
        b"POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\nssid=%ff",
        b"GET " + b"/" * 5000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 900 + b"\r\n",
        chance.randbytes(3000),
    ):
        assert b"Thank you" not in portal.say(raw)
    for link in idle:
        link.close()
    assert portal.kept() == {"board": "simulator", "language": "de"}
    assert portal.ask(RIGHT)[0] == 200
    assert portal.process.wait(20) == simulator.RESET_STATUS


def test_every_name_is_the_panel_and_noise_gets_no_answer(portal):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(10)
        phone.connect(("127.0.0.1", portal.dns_port))
        chance = random.Random(5)
        for count in (0, 1, 12, 16, 17, 40, 290):
            phone.send(chance.randbytes(count))
        phone.send(b"\x12\x34\x01\x00\x00\x01" + b"\x00" * 6 + b"\x3fx")
        question = b"\x07captive\x05apple\x03com\x00\x00\x01\x00\x01"
        phone.send(b"\x12\x34\x01\x00\x00\x01" + b"\x00" * 6 + question)
        answer = phone.recv(512)
    assert answer[:2] == b"\x12\x34"
    assert answer[12 : 12 + len(question)] == question
    assert answer[-4:] == bytes([192, 168, 4, 1])
