"""The panel's own Wi-Fi, where a phone tells it the office's and where its hub is: for a panel from the box without a laptop.

Only who stands before the glass can read the password, so only they are heard. What they send is bounded in length and in time,
and nothing of it is ever sent back. Loaded only then, so that it costs no heap otherwise.
"""

import asyncio
import json
import os
import socket

import network

from firmware import flash_file, screens
from firmware.panel_config import COPY, INSTALLED, MAX_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.canvas import Canvas
    from firmware.glass import Glass
    from firmware.panel_config import PanelConfig

OPEN_S = 900
"""Then the panel starts anew: the Wi-Fi that it knows may be back."""
PATIENCE_S = 8
MOST_BYTES = 1024
_LISTENERS = 3
"""Phones open connections that they never use."""
_LETTERS = "abcdefghkmnpqrstuvwxyz23456789"
_ADDRESS = "192.168.4.1"
_WPA2 = 3

_PAGE = """<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Circle Time</title>
<style>body{font:18px sans-serif;max-width:24em;margin:2em auto;padding:0 1em}input{font:inherit;width:100%%;box-sizing:border-box;\
margin:.2em 0 1em;padding:.5em}</style><h1>Circle Time</h1><p role=status>%s</p>%s"""
_FORM = """<form method=post><label>Wi-Fi<input name=ssid maxlength=32 required autocapitalize=off></label>
<label>Password<input name=key type=password maxlength=63></label><label>Hub
<input name=hub maxlength=200 required inputmode=url placeholder=http://rooms.example.org:8000></label><input type=submit value=OK></form>"""


class Unfit(Exception):
    """Raised for what can't be what somebody meant; the text tells them."""


async def run(
    config: "PanelConfig", canvas: "Canvas", glass: "Glass", port: int = 80, dns_port: int = 53
) -> bool:
    """True once the panel was told a Wi-Fi and a hub; False where nobody has for OPEN_S."""
    ssid, key = "Circle Time " + _random(4), _random(8)
    point = network.WLAN(network.AP_IF)
    point.active(True)
    point.config(ssid=ssid, key=key, security=_WPA2)
    code = "WIFI:T:WPA;S:%s;P:%s;;" % (ssid, key)
    at = "http://" + _ADDRESS
    screens.draw(
        canvas,
        screens.View("setup", 0, claim=(ssid, key), web_url=code, notice=at, language=config.language),
    )
    await glass.show()
    try:
        await asyncio.wait_for(serve(port, dns_port), OPEN_S)
    except asyncio.TimeoutError:
        return False
    finally:
        point.active(False)
    return True


async def serve(port: int, dns_port: int) -> None:
    """Returns once what was told is in flash."""
    told = asyncio.Event()
    door = _bound(socket.SOCK_STREAM, port)
    names = _bound(socket.SOCK_DGRAM, dns_port)
    door.listen(_LISTENERS)
    tasks = [asyncio.create_task(_serve_phones(door, told)) for _ in range(_LISTENERS)]
    tasks.append(asyncio.create_task(_tell_names(names)))
    try:
        await told.wait()
        await asyncio.sleep(1)  # for the answer to arrive
    finally:
        for task in tasks:
            task.cancel()
        door.close()
        names.close()


def _bound(kind: int, port: int) -> "Any":
    found: Any = socket.socket(socket.AF_INET, kind)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])  # noqa: S104  there is no network but its own
    found.setblocking(False)
    return found


async def _serve_phones(door: "Any", told: asyncio.Event) -> None:
    while True:
        try:
            phone = door.accept()[0]
        except OSError:  # nobody there
            await asyncio.sleep(0.05)
            continue
        try:
            await asyncio.wait_for(_serve(phone, told), PATIENCE_S)
        except (OSError, ValueError, MemoryError, asyncio.TimeoutError) as error:
            print("portal:", repr(error))
        finally:
            phone.close()


async def _serve(phone: "Any", told: asyncio.Event) -> None:
    """One request and its answer. Raises ValueError for what is none, or too long."""
    phone.setblocking(False)
    stream: Any = asyncio.StreamReader(phone)
    words = (await _line(stream)).split()
    length, left = 0, MOST_BYTES
    while True:
        line = await _line(stream)
        left -= len(line)
        if not line:
            break
        if left < 0:
            raise ValueError("a long head")
        if line.lower().startswith(b"content-length:"):
            length = int(line[15:])
    status, page = _answer(words, await _body(stream, length), told)
    head = "HTTP/1.0 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nCache-Control: no-store\r\n\r\n"
    stream.write((head % (status, len(page))).encode() + page)
    await stream.drain()


def _answer(words: "list[bytes]", body: bytes, told: asyncio.Event) -> "tuple[str, bytes]":
    """Whatever is asked for is the form: to a phone's question whether this is the internet too."""
    said = "Which Wi-Fi shall the panel join, and where is its hub?"
    if words[:1] != [b"POST"]:
        return "200 OK", (_PAGE % (said, _FORM)).encode()
    try:
        keep(body)
    except Unfit as error:
        return "422 Unfit", (_PAGE % (error, _FORM)).encode()
    told.set()
    return "200 OK", (_PAGE % ("Thank you. Look at the panel: it joins now.", "")).encode()


def keep(body: bytes) -> None:
    """What the form says is in `panel.json`, beside what was there. Raises Unfit, and OSError where the flash is full."""
    fields = _fields(body)
    ssid, key, hub = fields.get("ssid", ""), fields.get("key", ""), fields.get("hub", "").strip()
    if not 1 <= len(ssid.encode()) <= 32:
        raise Unfit("The name of a Wi-Fi has 1 to 32 bytes.")
    if key and not 8 <= len(key.encode()) <= 63:
        raise Unfit("The password of a Wi-Fi has 8 to 63 characters.")
    installed = json.loads(flash_file.read(INSTALLED, MAX_BYTES) or flash_file.read(COPY, MAX_BYTES))
    if "://" not in hub:
        hub = "http://" + hub
    hub = hub.rstrip("/")
    _check(hub, secure=bool(installed.get("hubCa")))
    installed["wifiSsid"], installed["wifiPassword"], installed["hubUrl"] = ssid, key or None, hub
    flash_file.replace(INSTALLED, json.dumps(installed))


def _check(hub: str, *, secure: bool) -> None:
    scheme, _, rest = hub.partition("://")
    host, _, port = rest.partition(":")
    plain = all(33 <= ord(letter) < 127 and letter not in "<>\"'/@\\" for letter in rest)
    if (
        scheme not in ("http", "https")
        or not (host and plain and len(hub) <= 200)
        or (port and not port.isdigit())
    ):
        raise Unfit("The hub's address is like http://rooms.example.org:8000")
    if scheme == "https" and not secure:
        raise Unfit("For https the panel needs a CA, by circletime flash --hub-ca.")


def _fields(body: bytes) -> "dict[str, str]":
    """The fields of a form (application/x-www-form-urlencoded). Raises Unfit."""
    found: dict[str, str] = {}
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        try:
            text = _plain(value).decode()
        except (ValueError, IndexError):  # what is no UTF-8 is a ValueError too
            raise Unfit("That is no form.") from None
        if any(ord(letter) < 32 for letter in text):
            raise Unfit("That has letters that nobody types.")
        found[bytes(name).decode() if name in (b"ssid", b"key", b"hub") else ""] = text
    return found


def _plain(value: bytes) -> bytes:
    pieces = value.replace(b"+", b" ").split(b"%")
    return pieces[0] + b"".join([bytes((int(piece[:2], 16),)) + piece[2:] for piece in pieces[1:]])


async def _line(stream: "Any") -> bytes:
    found = b""
    while not found.endswith(b"\n"):
        piece = await stream.read(1)
        if not piece or len(found) > MOST_BYTES:
            raise ValueError("half a request")
        found += piece
    return found.strip()


async def _body(stream: "Any", length: int) -> bytes:
    if not 0 <= length <= MOST_BYTES:
        raise ValueError("a long body")
    found = b""
    while len(found) < length:
        piece = await stream.read(length - len(found))
        if not piece:
            raise ValueError("half a body")
        found += piece
    return found


async def _tell_names(names: "Any") -> None:
    """Every name is this panel: so a phone finds the form by itself."""
    while True:
        try:
            asked, whom = names.recvfrom(300)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        try:
            names.sendto(dns_answer(asked), whom)
        except (OSError, ValueError, IndexError):  # no question, or nobody to hear the answer
            pass


def dns_answer(asked: bytes) -> bytes:
    """The answer to a question for a name's address (RFC 1035, 4.1). Raises ValueError or IndexError for what is none."""
    if len(asked) < 17 or asked[2] & 0x80 or asked[4:6] != b"\x00\x01":
        raise ValueError("no question")
    at = 12
    while asked[at]:
        if asked[at] > 63:
            raise ValueError("no name")
        at += asked[at] + 1
    question = asked[12 : at + 5]
    if len(question) != at - 7:
        raise ValueError("half a question")
    address = bytes([int(part) for part in _ADDRESS.split(".")])
    head = asked[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
    return head + question + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + address


def _random(count: int) -> str:
    return "".join([_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(count)])
