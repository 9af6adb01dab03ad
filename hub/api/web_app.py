"""The web app's files, and its one page for every address that is the app's own."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

from hub.api.context import Asking

STATIC = Path(__file__).parent.parent / "static"

NOT_BUILT = """<!doctype html><html lang="en"><title>Circle Time</title>
<p>The hub runs, but its web app was not built. Run <code>pip install -e .</code>, which builds it.</p></html>"""

HUB_PATHS = ("api", "health", "metrics", "assets", "problems")

FOREVER = "public, max-age=31536000, immutable"
ANEW = "no-cache"

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""The build lays them beside each file that shrinks, the smaller first."""

SECURITY_POLICY = {"default-src": "'self'", "img-src": "'self' data: blob:"}
SECURITY_POLICY |= {"frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'self'"}

INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)

PLAIN_NAME = re.compile(r"[\w-][\w.-]*", re.ASCII)


@get(["/", "/{path:path}"], include_in_schema=False, opt={"open": True, "sent_as_is": True})
async def page(request: Asking) -> File | Response[str]:
    """The app finds its own way from the address; the hub's own paths are not the app's."""
    name = request.url.path.lstrip("/")
    if name.split("/")[0] in HUB_PATHS:
        raise NotFoundException
    if "." in name and name != "index.html" and _is_there(STATIC, name):
        return _served(STATIC / name, request, ANEW)
    index = STATIC / "index.html"
    if not index.is_file():
        return Response(NOT_BUILT, media_type=MediaType.HTML, status_code=503)
    policy = _page_policy(index, index.stat().st_mtime_ns)
    return _served(index, request, ANEW, {"Content-Security-Policy": policy})


def policy_line(more: Mapping[str, str] | None = None) -> str:
    """The content security policy of every answer, as its header has it."""
    return "; ".join(f"{what} {sources}" for what, sources in {**SECURITY_POLICY, **(more or {})}.items())


@lru_cache(maxsize=1)
def _page_policy(index: Path, _built_at_ns: int) -> str:
    """Allows, by their hashes, the styles and the script that the build wrote into the page, and no others."""
    found = {"script": "", "style": ""}
    for kind, text in INLINE.findall(index.read_text(encoding="utf-8")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        found[kind] += f" 'sha256-{digest}'"
    return policy_line({f"{kind}-src": f"'self'{hashes}" for kind, hashes in found.items()})


@get("/assets/{name:str}", include_in_schema=False, opt={"open": True, "sent_as_is": True})
async def asset(request: Asking, name: FromPath[str]) -> File:
    """These carry a hash of what is in them in their names, so they never change."""
    if not _is_there(STATIC / "assets", name):
        raise NotFoundException
    return _served(STATIC / "assets" / name, request, FOREVER)


def _is_there(folder: Path, name: str) -> bool:
    return PLAIN_NAME.fullmatch(name) is not None and (folder / name).is_file()


def _served(file: Path, request: Asking, cache: str, more: Mapping[str, str] | None = None) -> File:
    """The file, in the smallest form that the build made of it and the browser takes."""
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding", **(more or {})}
    taken = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    for encoding, suffix in ENCODINGS:
        small = file.with_name(file.name + suffix)
        if encoding in taken and small.is_file():
            file, headers["Content-Encoding"] = small, encoding
            break
    return File(file, media_type=media_type, content_disposition_type="inline", headers=headers)


def routes() -> list[Any]:
    return [asset, page]
