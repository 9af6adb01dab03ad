"""A mosquitto of the test run's own, with its dynamic-security plugin: Debian's package, on a free port."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tools.mosquitto import INSTALL, find_mosquitto

PLUGIN = "mosquitto_dynamic_security.so"
FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib")
HUB, HUB_PASSWORD = "hub", "the hub's own"
PATIENCE_S = 20.0


class CannotRun(Exception):
    """Raised where no mosquitto can be started; the text says why."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotRun(f"nothing listens on port {port}") from None
            time.sleep(0.02)
        else:
            return


class Mosquitto:
    """Starts at once; it can be killed, and started again with what it had stored or without."""

    def __init__(self) -> None:
        self._program = find_mosquitto()
        plugin = next((Path(one) / PLUGIN for one in FOLDERS if (Path(one) / PLUGIN).exists()), None)
        if self._program is None or plugin is None:
            raise CannotRun(f"there is no mosquitto with {PLUGIN}. On Debian: sudo sh -c '{INSTALL}'")
        self.port = free_port()
        self._home = Path(tempfile.mkdtemp(prefix="circletime-mosquitto-"))
        self.rules = self._home / "dynamic-security.json"
        subprocess.run(
            ["mosquitto_ctrl", "dynsec", "init", self.rules, HUB, HUB_PASSWORD],
            check=True,
            capture_output=True,
        )
        shutil.copy(self.rules, self._home / "rules-at-first.json")
        (self._home / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\n"
            "allow_anonymous false\n"
            f"plugin {plugin}\n"
            f"plugin_opt_config_file {self.rules}\n"
            "max_queued_messages 10000\n"
            "max_packet_size 65536\n"
            f"persistence true\npersistence_location {self._home}/\n"
        )
        if os.geteuid() == 0:  # it drops its rights
            owner = pwd.getpwnam("mosquitto")
            for path in (self._home, *self._home.iterdir()):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self.start()

    @property
    def url(self) -> str:
        return f"mqtt://{HUB}:{HUB_PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}?access=dynsec"

    def start(self) -> None:
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._program), "-c", self._home / "mosquitto.conf"], stdout=log, stderr=log
            )
        wait_for_port(self.port, self._process)

    @property
    def process_ids(self) -> list[int]:
        return [self._process.pid]

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def forget(self, *, rules: bool = False) -> None:
        """While it is not running: what was retained is gone, and with `rules` every client too."""
        (self._home / "mosquitto.db").unlink(missing_ok=True)
        if rules:
            shutil.copyfile(self._home / "rules-at-first.json", self.rules)

    def log(self) -> str:
        return (self._home / "log").read_text()

    def close(self) -> None:
        self._process.kill()
        self._process.wait(10)
        shutil.rmtree(self._home, ignore_errors=True)
