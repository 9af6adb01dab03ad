"""What the installer runs on the board, under MicroPython, over its raw REPL. Each answer is a line of JSON.

A file is written beside its name, read back, compared, and only then put in its place: a cable pulled at
any moment leaves what was there, or what was meant.
"""

import binascii
import gc
import hashlib
import io
import json
import os
import sys

import deflate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

_file: "BinaryIO"


def say(answer: "Any") -> None:
    print(json.dumps(answer))
    gc.collect()


def facts() -> None:
    import machine

    about: Any = sys.implementation
    disk: Any = os.statvfs("/")
    say(
        {
            "version": list(about.version[:3]),
            "machine": about._machine,
            "mpy": about._mpy,
            "hardware": binascii.hexlify(machine.unique_id()).decode(),
            "free": disk[0] * disk[3],
        }
    )


def sha256(path: str) -> "str | None":
    """None where there is no such file."""
    digest, piece = hashlib.sha256(), bytearray(512)
    try:
        with open(path, "rb") as file:
            while True:
                count = file.readinto(piece)
                if not count:
                    return binascii.hexlify(digest.digest()).decode()
                digest.update(memoryview(piece)[:count])
    except OSError:
        return None


def hashes(top: str) -> None:
    """The SHA-256 of every file below `top`, a line each, by its path there; null ends them."""
    for path in below(top):
        say([path[len(top) + 1 :], sha256(path)])
    say(None)


def below(top: str) -> "list[str]":
    found: list[str] = []
    try:
        entries: Any = list(os.ilistdir(top))  # type: ignore[attr-defined]
    except OSError:
        return found
    for entry in entries:
        path = top.rstrip("/") + "/" + entry[0]
        if entry[1] == 0x4000:
            found.extend(below(path))
        else:
            found.append(path)
    return found


def begin(path: str) -> None:
    global _file
    parts = path.split("/")
    for count in range(2, len(parts)):
        try:
            os.mkdir("/".join(parts[:count]))
        except OSError:  # it is there, or the open below says what is wrong
            pass
    _file = open(path + ".new", "wb")


def put(piece: bytes) -> None:
    """A piece of the file: zlib with a window of 2 KiB, in base64."""
    _file.write(deflate.DeflateIO(io.BytesIO(binascii.a2b_base64(piece)), deflate.ZLIB, 11).read())


def end(path: str, expected: str) -> None:
    """Says whether what is in flash is what was meant; only then is it in its place."""
    _file.close()
    if sha256(path + ".new") == expected:
        os.rename(path + ".new", path)
        say(True)
    else:
        os.remove(path + ".new")
        say(False)


def duplicate(source: str, path: str, expected: str) -> None:
    """As begin, put and end do, with what is on the board already."""
    begin(path)
    piece = bytearray(512)
    with open(source, "rb") as file:
        while True:
            count = file.readinto(piece)
            if not count:
                break
            _file.write(memoryview(piece)[:count])
    end(path, expected)


def read(path: str) -> None:
    """What a small text file holds; null where there is none."""
    try:
        with open(path) as file:
            say(file.read(4096))
    except (OSError, ValueError):
        say(None)


def remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:  # it is gone
        pass


def sweep() -> None:
    """Takes away what earlier tries left half written."""
    for path in below(""):
        if path.endswith(".new"):
            os.remove(path)


def join(ssid: str, password: "str | None", patience_s: int) -> None:
    """Says 0 once the board has an address, else the radio's status: a number of ESP-IDF's."""
    import time

    import network

    station = network.WLAN(network.STA_IF)
    if station.isconnected():
        station.disconnect()  # it may be on another network, or here by an old password
    station.active(False)  # an ESP32 that still tries by itself takes no new order
    station.active(True)
    station.connect(ssid, password)
    for _ in range(patience_s * 4):
        if station.isconnected():
            return say(0)
        time.sleep(0.25)
    status = station.status()
    station.active(False)
    return say(status)


def reach(host: str, port: int) -> None:
    """Says "" where something listens there, else why not."""
    import socket

    link = socket.socket()
    try:
        link.settimeout(10)
        link.connect(socket.getaddrinfo(host, port)[0][-1])
        say("")
    except OSError as error:
        say(str(error))
    finally:
        link.close()
