from __future__ import annotations

from tests.web.openapi_snapshot import SNAPSHOT, openapi


def test_the_web_apps_types_are_made_from_the_hubs_present_openapi() -> None:
    assert SNAPSHOT.read_text() == openapi(), "the API has changed; in web/: npm run types"
