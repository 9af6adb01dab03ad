"""docs/operating.md, "Runbook": its commands run as they stand, in order, on a hub of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.flows.site import free_port

PAGE = Path(__file__).parents[2] / "docs/operating.md"
SECTION = re.compile(r"## Runbook\n(.*?)\n## ", re.DOTALL)
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None and not os.environ.get("CI"), reason="there is no curl here")
def test_runbook_does_what_it_says(tmp_path):
    (section,) = SECTION.findall(PAGE.read_text())
    blocks = BLOCK.findall(section)
    assert len(blocks) >= 7
    script = "set -e\n" + "\n".join(
        f"echo 'block {number}'\n{block}" for number, block in enumerate(blocks, 1)
    )
    for taken in ("8000", "8001"):  # which the tests beside this one may have
        script = script.replace(taken, str(free_port()))
    password = tmp_path / "password"
    password.write_text("correct horse battery\n")
    password.chmod(0o600)
    hub = tmp_path / "hub"
    hub.mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CIRCLETIME_")}
    port = re.search(r"http://127\.0\.0\.1:(\d+)/health", script)
    assert port
    environment |= {
        "HUB": str(hub),
        "PASSWORD_FILE": str(password),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "CIRCLETIME_PORT": port[1],
        "CIRCLETIME_MQTT_PORT": str(free_port()),
    }
    shell = subprocess.Popen(
        ["bash", "-c", script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        told, _ = shell.communicate(timeout=200)
    finally:
        with suppress(ProcessLookupError):  # whatever a block that failed has left running
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, told
    assert "bad " not in told
