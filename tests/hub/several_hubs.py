"""Several hubs in processes of their own on one database, and somebody who asks all of them at once."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime

import httpx

from hub.accounts import service as accounts
from tests.fakes import FakeClock
from tests.hub.house import World

HUBS = 3


class Served:
    """`circletime serve` in a process of its own, without a broker."""

    def __init__(self, folder, database_url):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = (folder / f"{port}.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve", "--port", str(port), "--data-dir", str(folder)],
            env=os.environ | {"CIRCLETIME_BROKER_URL": "none", "CIRCLETIME_DATABASE_URL": database_url},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait(self):
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health/live").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the hub did not start:\n" + self.log())

    def log(self):
        self._log.seek(0)
        return self._log.read()

    def close(self):
        self._process.terminate()
        self._process.wait(20)
        self._log.close()


class SeveralHubs:
    """Their world, and the one person of it who asks. The clock stands at when they were started."""

    def __init__(self, folder, database_url, who="nadia"):
        self.world = World(database_url, FakeClock(datetime.now(UTC).replace(microsecond=0)))
        now = self.world.clock.now()
        token = self.world.write(accounts.open_session, getattr(self.world.house, who), now)
        self._headers = {"Authorization": f"Bearer {token}"}
        self.hubs = [Served(folder, database_url) for _ in range(HUBS)]
        try:
            for hub in self.hubs:
                hub.wait()
        except AssertionError:
            self.close()  # no hub outlives a start that failed
            raise

    def close(self):
        for hub in self.hubs:
            hub.close()
        self.world.close()

    def ask(self, *requests):
        """All of them at once, each at the next hub; the answers in their order."""
        return self.world.run(self._ask(requests))

    async def _ask(self, requests):
        async with httpx.AsyncClient(headers=self._headers, timeout=60) as client:
            return await asyncio.gather(
                *(
                    client.request(
                        method, f"{self.hubs[number % HUBS].url}/api/v1{path}", json=body, headers=more or {}
                    )
                    for number, (method, path, body, *rest) in enumerate(requests)
                    for more in [rest[0] if rest else None]
                )
            )

    def mistakes(self):
        """What the hubs' logs say went wrong."""
        return [
            line
            for hub in self.hubs
            for line in hub.log().splitlines()
            if "ERROR" in line or '"level": "error"' in line
        ]
