"""What the build made: small, whole, and of this host alone."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest

from tests.web.hub_process import HubProcess

STATIC = Path(__file__).parents[2] / "hub/static"
BUDGET = 60 * 1024

pytestmark = pytest.mark.skipif(not (STATIC / "index.html").is_file(), reason="the web app is not built")


def imported(name: str, seen: set[str]) -> set[str]:
    """That script, and all that it imports before it can run."""
    if name not in seen:
        seen.add(name)
        text = (STATIC / "assets" / name).read_text()
        for other in re.findall(r"(?:from|import)\s*[\"']\./([\w.-]+\.js)[\"']", text):
            imported(other, seen)
    return seen


def test_the_first_screen_needs_at_most_sixty_kilobytes_of_script() -> None:
    """Compressed as gzip does, in any language, with the worker that holds the line of events."""
    (entry,) = re.findall(r'src="/assets/([\w.-]+\.js)"', (STATIC / "index.html").read_text())
    scripts = imported(entry, set())
    words = [path.name for path in (STATIC / "assets").glob("first-*.js")]
    (worker,) = (STATIC / "assets").glob("shared_line-*.js")
    assert len(words) == 4

    def size(name: str) -> int:
        return len(gzip.compress((STATIC / "assets" / name).read_bytes(), 9))

    total = sum(size(name) for name in {*scripts, worker.name}) + max(size(name) for name in words)
    assert total <= BUDGET, f"{total} bytes: {sorted((size(name), name) for name in scripts)}"


def test_the_page_brings_the_styles_of_the_first_screen_and_asks_for_no_others(hub: HubProcess) -> None:
    """And the content security policy names what stands in it, and nothing else."""
    answer = httpx.get(f"{hub.url}/rooms")
    assert 'rel="stylesheet"' not in answer.text
    for kind in ("style", "script"):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'self' 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "sha256" not in hub.api.get("/rooms").headers["content-security-policy"]


def test_nothing_built_asks_another_host() -> None:
    known = {"www.w3.org", "svelte.dev", "localhost"}  # names of namespaces, and where an error is explained
    for path in (STATIC / "assets").glob("*.js"):
        hosts = set(re.findall(r"https?://(\w[\w.-]*)", path.read_text()))
        assert hosts <= known, (path.name, hosts - known)
    for path in (STATIC / "assets").glob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", path.read_text()), path.name


def test_the_app_can_be_installed(hub: HubProcess) -> None:
    answer = httpx.get(f"{hub.url}/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert manifest["start_url"] == "/rooms"
    for icon in manifest["icons"]:
        assert httpx.get(f"{hub.url}{icon['src']}").headers["content-type"] == "image/png"


def test_files_come_small_and_stay_and_pages_are_asked_for_anew(hub: HubProcess) -> None:
    page = httpx.get(f"{hub.url}/rooms")
    assert page.headers["cache-control"] == "no-cache"
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    (entry,) = re.findall(r'src="(/assets/[\w.-]+\.js)"', page.text)
    for encodings, wanted in (("gzip, br", "br"), ("gzip", "gzip"), ("", None)):
        answer = httpx.get(f"{hub.url}{entry}", headers={"Accept-Encoding": encodings})
        assert answer.headers.get("content-encoding") == wanted
        assert "immutable" in answer.headers["cache-control"]
        assert "javascript" in answer.headers["content-type"]
    for stranger in (
        "/assets/..%2findex.html",
        "/assets/.hidden",
        "/assets/none.js",
        "/assets/%2e%2e/app.py",
    ):
        assert httpx.get(f"{hub.url}{stranger}").status_code in {404, 200}
        assert "def create_app" not in httpx.get(f"{hub.url}{stranger}").text
    assert hub.api.get("/rooms", headers={"Accept-Encoding": "gzip"}).headers.get("content-encoding") in {
        None,
        "gzip",
    }
