"""The real interpreter for tests: a script, or one long-lived process that answers a JSON line with another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
MICROPYTHON = shutil.which("micropython", path=str(Path(sys.executable).parent))
HEAP = "200k"

needs_micropython = pytest.mark.skipif(
    MICROPYTHON is None, reason="MicroPython's unix port is packaged for x86-64 Linux only"
)


def command(*words: str, heap: str = HEAP) -> list[str]:
    return [str(MICROPYTHON), "-X", f"heapsize={heap}", *words]


def environment(*folders: Path) -> dict[str, str]:
    """`.frozen` keeps what the interpreter carries inside (asyncio) importable."""
    path = [str(folder) for folder in (*folders, ROOT)]
    return os.environ | {"MICROPYPATH": ":".join([*path, ".frozen"])}


def run(*words: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


class Answering:
    """A MicroPython process running `program`, which answers each JSON line on stdin with one on stdout."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            command(str(program)),
            env=environment(),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, question: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)
