"""`python -m tools.preview` as a person runs it."""

import json
import subprocess
import sys

from PIL import Image

from tests.firmware.screen_views import VIEWS
from tests.micropython import ROOT, needs_micropython

pytestmark = needs_micropython


def run(*words):
    command = [sys.executable, "-m", "tools.preview", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_room_state_becomes_the_picture_of_that_moment(tmp_path):
    view, out = VIEWS["offline-idle"], tmp_path / "panel.png"
    (tmp_path / "state.json").write_text(json.dumps(view["state"]))
    fields = [f"--set={name}={view[name]}" for name in ("offline_since", "web_url")]
    done = run(str(tmp_path / "state.json"), f"--now={view['now']}", f"--out={out}", *fields)
    assert done.returncode == 0, done.stderr
    golden = Image.open(ROOT / "tests" / "firmware" / "golden" / "offline-idle.png")
    assert Image.open(out).convert("1").tobytes() == golden.convert("1").tobytes()


def test_a_view_that_cannot_be_drawn_says_why(tmp_path):
    done = run("--set=screen=idle", f"--out={tmp_path / 'panel.png'}")
    assert done.returncode == 1
    assert "idle needs a room" in done.stderr
