"""The hub's OpenAPI as web/openapi.json keeps it; `npm run types` in web/ writes it and the types from it."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.app import create_app
from hub.settings import from_environment

SNAPSHOT = Path(__file__).parents[2] / "web/openapi.json"


def openapi() -> str:
    with TemporaryDirectory() as folder:
        app = create_app(from_environment({"CIRCLETIME_DATA_DIR": folder, "CIRCLETIME_BROKER_URL": "none"}))
        return json.dumps(app.openapi_schema.to_schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(openapi())
