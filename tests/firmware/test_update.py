"""A panel and another firmware: real bytecode in slots, the real broker, a real HTTP server, real restarts."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from shared import topics
from tests.firmware.hub_double import PANEL, wait_until
from tests.micropython import needs_micropython
from tools import release, slot
from tools.simulator import RESET_STATUS

pytestmark = needs_micropython

KEY = release.new_key()
PATIENCE_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Callable[[str], Path]:
    """The firmware of these sources under another number, compiled once."""
    made: dict[str, Path] = {}

    def build(version: str) -> Path:
        if version not in made:
            made[version] = tmp_path_factory.mktemp("slot")
            slot.build(made[version], version)
        return made[version]

    return build


class Shelf:
    """What the hub's HTTP side serves; the first `breaks` answers end in the middle."""

    def __init__(self) -> None:
        shelf = self
        self.content, self.breaks, self.asked = b"", 0, 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shelf.asked += 1
                whole = shelf.asked > shelf.breaks
                self.send_response(200)
                self.send_header("Content-Length", str(len(shelf.content)))
                self.end_headers()
                self.wfile.write(shelf.content if whole else shelf.content[: len(shelf.content) // 2])

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/firmware"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def shelf():
    found = Shelf()
    yield found
    found.close()


def offer(
    hub, shelf, content: bytes, version: str = "0.2.0", key: rsa.RSAPrivateKey = KEY, **other: object
) -> None:
    manifest = json.loads(release.signed(content, version, key).split(b"\n", 1)[0])
    shelf.content = content
    hub.publish(
        topics.panel_down(PANEL, "update"),
        {"id": "step-1", "url": shelf.url, **manifest, **other},
        retain=True,
    )


def installed(panel, folder):
    """A panel that runs slot a, as the installer leaves it."""
    one = panel(firmwareKey=release.public_key(KEY), reconnectMaxS=0.1)
    one.cut_power()
    shutil.copytree(folder("0.1.0"), one.flash / "a")
    one.start()
    return one


def living(one, until: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Gives the panel the restarts that it asks for, until that is so."""
    end = time.monotonic() + patience_s
    while not until():
        assert time.monotonic() < end, f"never: {what}\n{one.console()}"
        if one.process.poll() is not None:
            assert one.process.poll() == RESET_STATUS, one.console()
            one.cut_power()
            one.start()
        time.sleep(0.02)


def slots_of(one) -> dict[str, object]:
    return json.loads((one.flash / "slots.json").read_text())


def failure(hub):
    return hub.said("hello")[-1].get("update")


def test_signed_firmware_is_taken_runs_and_is_confirmed(hub, panel, folder, shelf):
    one = installed(panel, folder)
    assert hub.shows("check_in")["firmware"] == "0.1.0"
    wait_until(lambda: slots_of(one)["left"] == 3, "the first firmware has come up")
    hub.press(0)
    wait_until(lambda: hub.said("command"), "a press")
    offer(hub, shelf, release.bundle(folder("0.2.0")))
    living(one, lambda: hub.said("hello")[-1]["firmware"] == "0.2.0", "the next firmware")
    living(one, lambda: slots_of(one)["state"] == "ok", "it is confirmed")
    assert slots_of(one) == {"slot": "b", "left": 3, "other": "a", "state": "ok"}
    assert failure(hub) is None
    assert shelf.asked == 1
    offer(hub, shelf, release.bundle(folder("0.3.0")), "0.3.0", id="step-2")
    living(
        one, lambda: hub.said("hello")[-1]["firmware"] == "0.3.0", "and the one after it, in the first slot"
    )
    living(one, lambda: slots_of(one)["state"] == "ok", "it is confirmed")
    assert slots_of(one)["slot"] == "a"


def test_download_that_breaks_off_is_begun_anew(hub, panel, folder, shelf):
    one = installed(panel, folder)
    hub.shows("check_in")
    shelf.breaks = 1
    offer(hub, shelf, release.bundle(folder("0.2.0")))
    living(one, lambda: hub.said("hello")[-1]["firmware"] == "0.2.0", "the next firmware")
    assert shelf.asked == 2


def spoilt(bundle: bytes) -> bytes:
    return bundle[:5000] + bytes([bundle[5000] ^ 1]) + bundle[5001:]


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        (lambda hub, shelf, good: offer(hub, shelf, good, key=release.new_key()), "refused"),
        (
            lambda hub, shelf, good: offer(hub, shelf, good, signature=b64encode(b"\1" * 256).decode()),
            "refused",
        ),
        (lambda hub, shelf, good: offer(hub, shelf, good, version="0.9.0", sha256="0" * 64), "refused"),
        (
            lambda hub, shelf, good: (offer(hub, shelf, good), setattr(shelf, "content", spoilt(good))),
            "refused",
        ),
        (lambda hub, shelf, good: offer(hub, shelf, b"\x09../x/boot\0\0\0\1!\0"), "refused"),
        (lambda hub, shelf, good: offer(hub, shelf, good[:-1]), "refused"),
        (lambda hub, shelf, good: offer(hub, shelf, good, url=shelf.url.replace("http:", "ftp:")), "not-had"),
    ],
    ids=["another key", "no signature", "another hash", "other bytes", "a path outside", "cut", "no url"],
)
def test_firmware_that_is_not_as_signed_is_refused_with_its_reason(
    hub, panel, folder, shelf, monkeypatch, how, problem
):
    one = installed(panel, folder)
    hub.shows("check_in")
    how(hub, shelf, release.bundle(folder("0.2.0")))
    living(one, lambda: failure(hub), "the hub hears of it")
    assert failure(hub)["problem"] == problem
    assert failure(hub)["id"] == "step-1"
    assert hub.said("hello")[-1]["firmware"] == "0.1.0"
    assert slots_of(one)["slot"] == "a"
    assert not (one.flash / "x").exists()
    before = len(hub.said("hello"))
    hub.cut()
    living(one, lambda: len(hub.said("hello")) > before, "the panel goes on, and does not try it again")
    assert one.process.poll() is None


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_firmware_that_is_not_newer_is_left_alone(hub, panel, folder, shelf, version):
    one = installed(panel, folder)
    hub.shows("check_in")
    offer(hub, shelf, release.bundle(folder("0.2.0")), version)
    hub.press(0)
    wait_until(lambda: hub.said("command"), "the panel has gone on past the offer")
    assert one.process.poll() is None
    assert shelf.asked == 0


def test_panel_whose_firmware_never_comes_up_asks_for_another_in_safe_mode(hub, panel, folder, shelf):
    one = panel(firmwareKey=release.public_key(KEY), reconnectMaxS=0.1)
    one.cut_power()
    shutil.copytree(folder("0.1.0"), one.flash / "a")
    (one.flash / "a" / "firmware" / "panel_app.mpy").unlink()
    (one.flash / "slots.json").write_text('{"slot": "a", "left": 1}')
    hub.greets = False
    one.start()
    living(one, lambda: hub.said("hello"), "it says so to the hub")
    assert failure(hub)["problem"] == "safe-mode"
    assert "panel_app" in failure(hub)["detail"]
    hub.greets = True
    offer(hub, shelf, release.bundle(folder("0.2.0")))
    living(one, lambda: hub.said("hello")[-1]["firmware"] == "0.2.0", "a firmware that comes up")
    living(one, lambda: slots_of(one)["state"] == "ok", "it is confirmed")
    assert hub.shows("check_in")


def test_firmware_that_dies_is_gone_back_from_and_the_hub_hears_why(
    hub, panel, folder, shelf, tmp_path_factory
):
    one = installed(panel, folder)
    hub.shows("check_in")
    broken = tmp_path_factory.mktemp("broken")
    shutil.copytree(folder("0.2.0"), broken, dirs_exist_ok=True)
    (broken / "firmware" / "glass.mpy").unlink()
    offer(hub, shelf, release.bundle(broken))
    living(one, lambda: failure(hub), "the hub hears of it")
    assert failure(hub)["problem"] == "rolled-back"
    assert "firmware.glass" in failure(hub)["detail"]
    assert hub.said("hello")[-1]["firmware"] == "0.1.0"
    living(one, lambda: slots_of(one) == {"slot": "a", "left": 3, "other": None, "state": "ok"}, "settled")
