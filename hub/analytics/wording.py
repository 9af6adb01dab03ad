"""What reports and their letter say, in the languages of the web app: names of numbers are the same in both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ENGLISH = "en"
_WORDS = Path(__file__).with_name("words")
LANGUAGES = tuple(sorted(path.stem for path in _WORDS.glob("*.json")))


@dataclass(frozen=True, slots=True)
class Wording:
    """`words` have places for what they are filled with; `titles` are of reports, `fields` of their numbers."""

    language: str
    words: dict[str, str]
    titles: dict[str, str]
    fields: dict[str, str]
    advice: dict[str, str]

    def say(self, what: str, **filled: object) -> str:
        return self.words[what].format_map({name: str(value) for name, value in filled.items()})

    def percent(self, share: float) -> str:
        """With one digit after the point, as the language writes it."""
        return self.say("percent", number=self.number(share * 100))

    def number(self, value: float) -> str:
        return f"{value:.1f}".removesuffix(".0").replace(".", self.words["decimal"])


@cache
def wording(language: str | None) -> Wording:
    """English, where the language is not one of ours."""
    known = language if language in LANGUAGES else ENGLISH
    return Wording(known, **json.loads((_WORDS / f"{known}.json").read_text("utf-8")))
