"""The hub's log: sentences on a terminal, elsewhere one JSON object a line, for machines to read."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from hub.trail import request_id

PLAIN, JSON = "plain", "json"
SENTENCES = "%(asctime)s %(levelname)s %(name)s: %(message)s"

TRAIL = logging.getLogger("circletime.trail")
"""A line for each request, commit, publish and ack: told as JSON, and too much for a terminal."""


class JsonLines(logging.Formatter):
    """`time`, `level`, `logger`, `message`; `requestId` where there is one, what the line is about, and `fault`."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identifier := request_id():
            said["requestId"] = identifier
        said |= getattr(record, "about", {})
        if record.exc_info:
            said["fault"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


def note(what: str, **about: object) -> None:
    """One step of a request on its way."""
    TRAIL.info(what, extra={"about": about})


def begin(form: str | None, stream: TextIO = sys.stderr) -> None:
    """Logs go to `stream` from now on; `form` None decides by whether that is a terminal."""
    form = form or (PLAIN if stream.isatty() else JSON)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form == JSON else logging.Formatter(SENTENCES))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    TRAIL.setLevel(logging.INFO if form == JSON else logging.WARNING)
