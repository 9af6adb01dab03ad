"""Radicale, a CalDAV server, in a process of its own on a free port; and somebody who works on its calendars."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import httpx

LOGIN = ("ada", "secret of calendars")


class RadicaleServer:
    def __init__(self, folder):
        (folder / "users").write_text(":".join(LOGIN))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = (folder / "log").open("w+")
        options = {
            "server-hosts": f"127.0.0.1:{port}",
            "auth-type": "htpasswd",
            "auth-htpasswd-filename": str(folder / "users"),
            "auth-htpasswd-encryption": "plain",
            "auth-delay": "0",
            "storage-filesystem-folder": str(folder / "collections"),
            "logging-level": "warning",
        }
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "radicale",
                "--config",
                "",
                *(f"--{key}={value}" for key, value in options.items()),
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.client = httpx.Client(auth=LOGIN)
        self._wait()
        self._made = 0

    def _wait(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/.web/").status_code < 500:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        self._log.seek(0)
        raise AssertionError("Radicale did not start:\n" + self._log.read())

    def new_calendar(self):
        """Its address."""
        self._made += 1
        url = f"{self.url}/{LOGIN[0]}/room{self._made}/"
        assert self.client.request("MKCALENDAR", url).status_code == 201
        return url

    def close(self):
        self.client.close()
        self._process.terminate()
        self._process.wait(20)
        self._log.close()
