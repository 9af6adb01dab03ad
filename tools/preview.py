"""Any RoomState and moment to a PNG of the panel's glass, drawn by the firmware under MicroPython.

    python -m tools.preview state.json --now 1795341000 --out panel.png
    python -m tools.preview state.json --set offline_since=1795340000 --set hour24=false
    python -m tools.preview --set screen=unclaimed

`state.json` is a RoomState as `GET /api/v1/rooms/{id}/state` answers it.
"""

import argparse
import io
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

from shared.panel_screen import HEIGHT_PX, ROW_BYTES, WIDTH_PX
from tools import simulator

FRAME_BYTES = ROW_BYTES * HEIGHT_PX


def draw(views: list[dict[str, Any]]) -> tuple[list[bytes], list[dict[str, Any]]]:
    """A frame for each view, and what each cost; see tools/draw_views.py for what a view may hold.

    Raises FileNotFoundError where there is no MicroPython, and RuntimeError with MicroPython's own words when a screen cannot be drawn.
    """
    with tempfile.TemporaryDirectory() as flash:
        done = subprocess.run(
            [*simulator.interpreter("1m"), str(Path(__file__).with_name("draw_views.py"))],
            input="".join(json.dumps(view, ensure_ascii=False) + "\n" for view in views).encode(),
            capture_output=True,
            env=simulator.environment(sources=True),
            cwd=flash,
            check=False,
        )
    if done.returncode or len(done.stdout) != FRAME_BYTES * len(views):
        raise RuntimeError(done.stdout[-2000:].decode(errors="replace"))  # where MicroPython puts a traceback
    frames = [done.stdout[at : at + FRAME_BYTES] for at in range(0, len(done.stdout), FRAME_BYTES)]
    return frames, [json.loads(line) for line in done.stderr.splitlines()]


def picture(frame: bytes) -> Image.Image:
    """A frame as a one-bit picture; in a frame 1 is black."""
    return Image.frombytes("1", (WIDTH_PX, HEIGHT_PX), frame, "raw", "1;I")


def png(frame: bytes) -> bytes:
    out = io.BytesIO()
    picture(frame).save(out, "PNG", optimize=True)
    return out.getvalue()


def _field(text: str) -> tuple[str, Any]:
    """`name=value`, the value as JSON where it is JSON, else as it stands."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("state", type=Path, nargs="?", help="a RoomState as JSON")
    parser.add_argument("--now", type=int, default=int(time.time()), help="unix seconds, else this moment")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="a field of the View"
    )
    parser.add_argument("--out", type=Path, default=Path("panel.png"))
    asked = parser.parse_args()
    view: dict[str, Any] = {"now": asked.now, **dict(map(_field, asked.set))}
    if asked.state is not None:
        view["state"] = json.loads(asked.state.read_text())
    frames, costs = draw([view])
    asked.out.write_bytes(png(frames[0]))
    print(
        f"{asked.out}  drawn in {costs[0]['drawUs'] / 1000:.1f} ms, {costs[0]['heapAfter']} bytes of heap used"
    )


if __name__ == "__main__":
    main()
