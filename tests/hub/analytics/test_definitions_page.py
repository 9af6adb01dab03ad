"""docs/analytics.md says of every number what the answers say."""

from __future__ import annotations

from pathlib import Path

from hub.analytics.definitions import RANGE, SENTENCES

PAGE = Path(__file__).parents[3] / "docs/analytics.md"


def test_the_page_has_every_definition_as_answers_carry_it():
    page = PAGE.read_text()
    assert RANGE in page
    assert [name for name, told in SENTENCES.items() if f"| `{name}` | {told} |" not in page] == []
