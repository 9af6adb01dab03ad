"""What is handed to others: an sdist, the wheel made of it, and a hub from that wheel where nothing of this tree is.

`make package` runs it; it takes its parts from the package registry.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.web.hub_process import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
EMAIL, PASSWORD = "ada@example.org", "once-upon-a-time"


def run(*argv: str | Path, cwd: Path, **more: str) -> str:
    env = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL"))
    } | more
    done = subprocess.run(
        [str(each) for each in argv], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def new_python(folder: Path, *wanted: str | Path) -> Path:
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    run(folder / "bin/pip", "install", "--quiet", *wanted, cwd=folder.parent)
    return folder / "bin"


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    builder = new_python(folder / "builder", *needs)
    run(builder / "python", "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(sdist: Path) -> Path:
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "-w",
        sdist.parent,
        sdist,
        cwd=sdist.parent,
    )
    return next(sdist.parent.glob("*.whl"))


@pytest.fixture(scope="module")
def bare(wheel: Path) -> Path:
    """The programs of a Python that has the wheel, and what is locked for it."""
    found = new_python(wheel.parent / "bare", "--require-hashes", "-r", ROOT / "requirements.lock")
    run(found / "pip", "install", "--quiet", "--no-deps", wheel, cwd=wheel.parent)
    return found


@pytest.fixture(scope="module")
def hub(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("there")
    port = free_port()
    data = ["--data-dir", str(folder / "data")]
    add = ["user", "add", EMAIL, "--name", "Ada Osei", "--role", "admin", *data]
    secret = folder / "password"
    secret.write_text(PASSWORD)
    run(bare / "circletime", *add, cwd=folder, CIRCLETIME_PASSWORD_FILE=str(secret))
    serve = ["serve", *data, "--port", str(port), "--mqtt-port", str(free_port())]
    process = subprocess.Popen([str(bare / "circletime"), *serve], cwd=folder)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        deadline = time.monotonic() + PATIENCE_S
        while not answers(client):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield client
    process.terminate()
    assert process.wait(PATIENCE_S) in {0, -signal.SIGTERM}


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def test_the_sdist_has_all_that_is_built_of_and_nothing_secret(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"pyproject.toml", "LICENSE", "web/package-lock.json", "hub/app.py", "firmware/main.py"} <= names
    assert not [name for name in names if re.search(r"\.(pem|key|db|sqlite)$|node_modules|\.venv", name)]


def test_the_wheel_has_the_web_app_and_the_firmware(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"hub/static/index.html", "firmware/boot.py", "shared/room_status.py", "tools/flash.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "web/"))]


def test_the_command_of_a_bare_python_tells_what_it_can(bare: Path, tmp_path: Path) -> None:
    assert "Start with: circletime demo" in run(bare / "circletime", "--help", cwd=tmp_path)


def test_its_hub_serves_the_web_app_and_lets_its_admin_in(hub: httpx.Client) -> None:
    page = hub.get("/").text
    scripts = re.findall(r'src="(/assets/[^"]+\.js)"', page)
    assert scripts
    assert all(hub.get(script).status_code == httpx.codes.OK for script in scripts)
    said = hub.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert said.status_code == httpx.codes.OK
