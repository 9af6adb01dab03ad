"""The web app's files, and its one page for every address that is the app's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import MediaType, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.response import File
from litestar.static_files import create_static_files_router

from hub.api.context import Asking

STATIC = Path(__file__).parent.parent / "static"

NOT_BUILT = """<!doctype html><html lang="en"><title>Circle Time</title>
<p>The hub runs, but its web app was not built. Run <code>pip install -e .</code>, which builds it.</p></html>"""

HUB_PATHS = ("api", "health", "metrics", "assets", "problems")


@get(["/", "/{path:path}"], include_in_schema=False, opt={"open": True})
async def page(request: Asking) -> File | Response[str]:
    """The app finds its own way from the address; the hub's own paths are not the app's."""
    first = request.url.path.lstrip("/").split("/")[0]
    if first in HUB_PATHS:
        raise NotFoundException
    if first in {"icon.svg", "manifest.webmanifest", "favicon.ico"} and (STATIC / first).is_file():
        return File(STATIC / first, content_disposition_type="inline")
    index = STATIC / "index.html"
    if not index.is_file():
        return Response(NOT_BUILT, media_type=MediaType.HTML, status_code=503)
    return File(index, media_type=MediaType.HTML, content_disposition_type="inline")


def routes() -> list[Any]:
    """Files under /assets carry a hash of what is in them in their names, so they never change."""
    found: list[Any] = [page]
    if (STATIC / "assets").is_dir():
        forever = CacheControlHeader(max_age=31_536_000, immutable=True)
        found.append(
            create_static_files_router(
                path="/assets",
                directories=[STATIC / "assets"],
                cache_control=forever,
                include_in_schema=False,
                opt={"open": True},
            )
        )
    return found
