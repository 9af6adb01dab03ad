"""A panel without credentials asks the hub for some, however badly that goes."""

import json
import socketserver
import ssl
import subprocess
import threading
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from hub.tls import issuing
from tests.firmware.failing_flash import failing_flash
from tests.firmware.hub_double import PANEL, SECRET, wait_until
from tests.micropython import needs_micropython
from tools import simulator

pytestmark = needs_micropython

CODE = "7KMRQ4GT"
URL = "http://hub.example/panels/claim?code=" + CODE


def waiting(code=CODE):
    told = {"status": "waiting", "askAgainS": 2, "name": "Panel W3XF", "code": code, "claimUrl": URL}
    return 200, json.dumps(told)


def claimed(port=1):
    mqtt = {"host": "127.0.0.1", "port": port, "tls": False}
    told = {"status": "claimed", "askAgainS": 2, "name": "Oak", "id": PANEL, "secret": SECRET, "mqtt": mqtt}
    return 200, json.dumps(told)


class Door:
    """The hub's end of `POST /panels/enrol`: answers each request by `answer`, and remembers its body.

    None is a connection that is cut before the answer; bytes are sent as they are.
    """

    def __init__(self, tls=None):
        self.answer = waiting
        self.asked = []
        door = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                door._handle(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_address[1]}"

    def _handle(self, handler):
        line = handler.rfile.readline()
        length = 0
        while (header := handler.rfile.readline()) not in (b"\r\n", b""):
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        self.asked.append((line, json.loads(handler.rfile.read(length))))
        answer = self.answer()
        if isinstance(answer, bytes):
            handler.wfile.write(answer)
        elif answer is not None:
            status, body = answer
            handler.wfile.write(f"HTTP/1.1 {status} Said\r\nServer: x\r\n\r\n{body}".encode())

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def door():
    found = Door()
    yield found
    found.close()


class Unclaimed:
    """A panel from the box: it knows its hub's address and nothing else."""

    def __init__(self, flash, url, *, start=True, **more):
        self.flash = flash
        (flash / "panel.json").write_text(
            json.dumps({"board": "simulator", "hubUrl": url, "reconnectMaxS": 0.3} | more)
        )
        if start:
            self.start()

    def start(self, **how):
        argv, environment = simulator.command(self.flash, **how)
        with (self.flash / "console.txt").open("ab") as console:
            self.process = subprocess.Popen(
                argv, env=environment, stdin=subprocess.PIPE, stdout=console, stderr=subprocess.STDOUT
            )

    def cut_power(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()

    def console(self):
        return (self.flash / "console.txt").read_text(errors="replace")


@pytest.fixture
def unclaimed(tmp_path, door):
    found = Unclaimed(tmp_path, door.url)
    yield found
    found.cut_power()
    print(found.console())


def test_panel_asks_with_the_same_secret_over_and_over_and_after_a_power_cut(door, unclaimed):
    wait_until(lambda: len(door.asked) >= 2, "a second question")
    unclaimed.cut_power()
    before = len(door.asked)
    unclaimed.start()
    wait_until(lambda: len(door.asked) > before, "a question after the power cut")
    assert {line for line, _ in door.asked} == {b"POST /api/v1/panels/enrol HTTP/1.0\r\n"}
    (secret,) = {body["enrolmentSecret"] for _, body in door.asked}
    assert len(secret) == 64
    assert all(body["simulated"] is True for _, body in door.asked)
    assert unclaimed.console().count("claim me: " + CODE) == 2


def test_new_code_is_taken_up(door, unclaimed):
    wait_until(lambda: door.asked, "a question")
    door.answer = lambda: waiting("CDFGHJKL")
    wait_until(lambda: "claim me: CDFGHJKL" in unclaimed.console(), "the new code")


def test_claimed_panel_keeps_its_credentials_and_starts_anew(door, unclaimed):
    door.answer = claimed
    assert unclaimed.process.wait(20) == simulator.RESET_STATUS
    kept = json.loads((unclaimed.flash / "credentials.json").read_text())
    assert kept == {
        "panelId": PANEL,
        "secret": SECRET,
        "mqttHost": "127.0.0.1",
        "mqttPort": 1,
        "tls": False,
        "ca": None,
        "firmwareKey": None,
    }
    assert not (unclaimed.flash / "enrolment.json").exists()
    assert SECRET not in unclaimed.console()


@pytest.fixture
def asleep(tmp_path, door):
    """An unclaimed panel on battery that has slept for an hour."""
    (tmp_path / "rtc").write_bytes(b"x")
    found = Unclaimed(tmp_path, door.url, power="battery", start=False)
    yield found
    found.cut_power()
    print(found.console())


def test_on_battery_it_looks_once_an_hour_whether_it_was_claimed_and_sleeps_on(door, asleep):
    for _ in range(2):
        asleep.start(woken=True)
        assert asleep.process.wait(30) == simulator.SLEEP_STATUS, asleep.console()
        assert simulator.asleep_s(asleep.flash) == 3600
    assert len(door.asked) == 2
    door.answer = claimed
    asleep.start(woken=True)
    assert asleep.process.wait(30) == simulator.RESET_STATUS
    assert (asleep.flash / "credentials.json").exists()


def test_on_battery_a_key_wakes_it_to_show_its_code(door, asleep):
    asleep.start(woken=True, pressed=1)
    wait_until(lambda: len(door.asked) >= 2, "a second question, awake")
    assert "claim me: " + CODE in asleep.console()


def test_on_battery_without_a_hub_it_sleeps_on_too(door, asleep):
    door.close()
    asleep.start(woken=True)
    assert asleep.process.wait(30) == simulator.SLEEP_STATUS


def test_claimed_panel_joins_with_its_credentials(hub, door, unclaimed):
    door.answer = lambda: claimed(hub.port)
    unclaimed.process.wait(20)
    unclaimed.cut_power()
    unclaimed.start()
    telemetry = hub.shows("check_in")
    assert telemetry["revision"] == hub.state["revision"]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        b"",
        b"HTTP/1.1",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n[]",
        b'HTTP/1.1 200 OK\r\n\r\n{"status":"claimed"}',
        b'HTTP/1.1 200 OK\r\n\r\n{"status":"waiting","code":7}',
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 3000,
        b"\x16\x03\x01 no HTTP at all",
        (404, "<html>not here</html>"),
        (429, '{"detail":"Wait a moment.","retryAfterS":0}'),
        (503, '{"detail":' + '"x"' * 9 + "}"),
        (200, claimed()[1].replace('"port": 1', '"port": 0')),
        (200, claimed()[1].replace(PANEL, "../etc")),
    ],
    ids=range(15),
)
def test_whatever_is_answered_the_panel_asks_again(door, tmp_path, bad):
    door.answer = lambda: bad
    one = Unclaimed(tmp_path, door.url)
    try:
        wait_until(lambda: door.asked, "a question")
        door.answer = claimed
        assert one.process.wait(40) == simulator.RESET_STATUS
        assert len(door.asked) == 2
        assert not (one.flash / "credentials.json.new").exists()
    finally:
        one.cut_power()
        print(one.console())


AUTHORITY, OTHER = (issuing.new_authority(datetime.now(UTC)) for _ in range(2))


def by_https(tmp_path, name="127.0.0.1"):
    """A hub's door behind a certificate of AUTHORITY for that name."""
    leaf = issuing.new_leaf(AUTHORITY, (name,), datetime.now(UTC))
    (tmp_path / "leaf.pem").write_bytes(leaf.pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "leaf.pem")
    return Door(context)


def trusted(authority):
    return b64encode(authority.der).decode()


def test_over_https_it_enrols_at_a_hub_of_the_ca_that_was_installed(tmp_path):
    door = by_https(tmp_path)
    door.answer = claimed
    one = Unclaimed(tmp_path, door.url, hubCa=trusted(AUTHORITY))
    try:
        assert one.process.wait(30) == simulator.RESET_STATUS, one.console()
        assert json.loads((tmp_path / "credentials.json").read_text())["secret"] == SECRET
    finally:
        one.cut_power()
        door.close()


@pytest.mark.parametrize("why", ["another CA", "another name", "no CA"])
def test_over_https_nothing_is_said_to_a_hub_that_is_not_believed(tmp_path, why):
    door = by_https(tmp_path, "rooms.example.org" if why == "another name" else "127.0.0.1")
    door.answer = claimed
    told = {} if why == "no CA" else {"hubCa": trusted(OTHER if why == "another CA" else AUTHORITY)}
    one = Unclaimed(tmp_path, door.url, **told)
    try:
        wait_until(lambda: one.console().count("not enrolled: E34") >= 2, "two tries in vain")
        assert door.asked == []
    finally:
        one.cut_power()
        print(one.console())
        door.close()


def test_hub_that_hangs_is_given_up(door, tmp_path, on_micropython):
    on_micropython(
        f"""
import asyncio, socket
from firmware import http_post
http_post.PATIENCE_S = 0.3
listener = socket.socket()
listener.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
listener.listen(1)
async def ask(url):
    try:
        await http_post.post_json(url, "{{}}")
    except (OSError, ValueError, http_post.LinkLost, asyncio.TimeoutError) as error:
        return type(error).__name__
async def main():
    found = await ask("{door.url}/x")
    assert found is None, found
    assert await ask("https://127.0.0.1/x") == "LinkLost", "no CA to believe it by"
    assert await ask("ftp://127.0.0.1/x") == "ValueError"
    assert await ask("http://127.0.0.1:1/x") == "OSError"
    assert http_post.host_of("http://hub.example:80/x") == "hub.example:80"
asyncio.run(main())
"""
    )


def test_power_may_be_cut_at_every_write_of_the_enrolment(on_micropython):
    """Whatever the hub has heard of the panel, the panel still knows, or it has its credentials."""
    on_micropython(
        """
import gc
gc.threshold(4096)
import errno, json, os, vfs
from firmware import enrolment, flash_file
from firmware.panel_config import PanelConfig

ANSWER = {"id": "p1", "secret": "s" * 43, "mqtt": {"host": "h", "port": 1883, "tls": False}}

"""
        + failing_flash(8)
        + """
cuts, whole, seen = 0, False, set()
while not whole:
    gc.collect()
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/m")
    os.chdir("/m")
    flash_file.replace("panel.json", json.dumps({"board": "simulator", "hubUrl": "http://h"}))
    told = None
    flash.left = cuts
    try:
        told = enrolment._own_secret()
        enrolment._store(ANSWER, "http://h")
    except OSError:
        pass
    os.chdir("/")
    try:
        vfs.umount("/m")
    except OSError:
        pass
    whole, cuts = not flash.dead, cuts + 1
    flash.dead, flash.left = False, -1
    vfs.mount(vfs.VfsLfs2(flash), "/m")
    os.chdir("/m")
    config = PanelConfig()
    if config.has_credentials:
        assert (config.panel_id, config.secret) == ("p1", "s" * 43)
        seen.add("claimed")
    elif told is not None:
        assert enrolment._own_secret() == told, cuts
        seen.add("waiting")
    else:
        assert len(enrolment._own_secret()) == 64
        seen.add("new")
    os.chdir("/")
    vfs.umount("/m")
assert seen == {"new", "waiting", "claimed"} and cuts > 10, (seen, cuts)
"""
    )
