"""Every language says everything, with the same placeholders; no page says a word of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web/src"
MESSAGES = WEB / "messages"
AREAS = sorted(path.stem for path in (MESSAGES / "en").glob("*.json"))
OTHERS = sorted(path.name for path in MESSAGES.iterdir() if path.name != "en")
FORMS = {"zero", "one", "two", "few", "many", "other"}


def messages(language: str, area: str) -> dict[str, str | dict[str, str]]:
    found: dict[str, str | dict[str, str]] = json.loads((MESSAGES / language / f"{area}.json").read_text())
    return found


def placeholders(message: str | dict[str, str]) -> set[str]:
    """What is filled in; a form that has no need to say how many may leave `count` out."""
    texts = [message] if isinstance(message, str) else list(message.values())
    return {name for text in texts for name in re.findall(r"\{(\w+)\}", text)}


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_said_in_every_language(language: str) -> None:
    for area in AREAS:
        reference = "de" if area == "problems" else "en"  # a problem's English is the hub's own
        wanted, there = messages(reference, area), messages(language, area)
        assert there.keys() == wanted.keys(), (language, area, there.keys() ^ wanted.keys())
        for key, message in wanted.items():
            assert placeholders(there[key]) == placeholders(message), (language, area, key)
            assert isinstance(there[key], dict) == isinstance(message, dict), (language, area, key)


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_what_is_counted_has_a_form_for_every_number(language: str) -> None:
    for area in AREAS:
        for key, message in messages(language, area).items():
            if isinstance(message, dict):
                assert {"other"} <= message.keys() <= FORMS, (language, area, key)
                assert "" not in message.values(), (language, area, key)
            else:
                assert message, (language, area, key)


MACHINES = {
    *("backup-damaged", "backup-of-another-version", "database-not-empty", "nothing-to-back-up"),
    *("bad-cursor", "bad-role", "bad-scope", "half-a-time", "idempotency-key-reused"),
    *("command-too-late", "not-a-quick-book-length", "not-a-walk-up", "not-at-the-glass", "wrong-room"),
    *("panel-at-another-room", "pin-required", "too-many-panels-waiting", "wrong-pin"),
    *("ca-change-underway", "no-ca", "no-next-ca", "panels-lack-ca"),
    *("metrics-token-required", "not-the-broker", "read-only-token", "session-required"),
}
"""Told to panels, scripts and operators: the app's own requests never meet them."""


def test_every_problem_that_people_can_meet_is_said_and_no_other() -> None:
    """One that is new needs its words in messages/*/problems.json, or a place among MACHINES."""
    listed = (Path(__file__).parents[2] / "docs/problems.md").read_text()
    slugs = set(re.findall(r"^\| `([\w-]+)` \|", listed, re.MULTILINE))
    assert slugs - MACHINES == messages("de", "problems").keys()


def said() -> set[str]:
    """Every key that some line of the app names."""
    written = [path for path in WEB.rglob("*") if path.name != "schema.d.ts"]  # the hub's names are no words
    sources = [path.read_text() for path in written if path.suffix in {".svelte", ".ts"}]
    areas = "|".join(AREAS)
    return {key for text in sources for key in re.findall(rf"[\"'`]((?:{areas})\.[\w-]+)", text)}


def test_every_word_that_a_page_says_is_there() -> None:
    there = {f"{area}.{key}" for area in AREAS for key in messages("en", area)}
    whole = {key for key in said() if not key.endswith(".json")}
    prefixes = tuple(key for key in whole if key not in there)
    assert [prefix for prefix in prefixes if not any(key.startswith(prefix) for key in there)] == []


# Templates: text between tags, and the attributes that people read or hear.
TEXT = re.compile(r">([^<>{}]*[A-Za-z]{2,}[^<>{}]*)<")
HEARD = re.compile(r"\b(?:aria-label|title|placeholder|alt|label|word|text)=\"([^\"{]*[A-Za-z]{2,}[^\"{]*)\"")
SCRIPT = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|\{#snippet[^}]*\}", re.DOTALL)
LOGIC = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")

# In code: a literal that begins like a sentence, and words beside each other in a template literal.
SENTENCE = re.compile(r"[\"']([A-Z][a-z]+(?:[ ,.:…][^\"'\n]*)?)[\"']")
PHRASE = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,}\b")
COMMENT = re.compile(
    r"/\*.*?\*/|//[^\n]*|<!--.*?-->|<style\b.*?</style>|^import [^\n]*$", re.DOTALL | re.MULTILINE
)

NAMES = {
    "Circle Time",
    "circletime panel simulate",
    "Enter",
    "Escape",
    "Home",
    "End",
    "Tab",
    "Accept",
    "Delete",
    "Backspace",
    *("Android", "Windows", "Linux"),
    *("CSV", "PDF"),
}


def bare_words(path: Path) -> list[str]:
    source = path.read_text()
    template = "" if path.suffix == ".ts" else LOGIC.sub("{}", SCRIPT.sub("", source).replace("=>", ""))
    code = COMMENT.sub("", source)
    phrases = [re.sub(r"\$\{[^}]*\}", "…", text) for text in re.findall(r"`([^`]*)`", code)]
    found = [
        *TEXT.findall(template),
        *HEARD.findall(template),
        *SENTENCE.findall(code),
        *(text for text in phrases if PHRASE.search(text)),
    ]
    return [text.strip() for text in found if text.strip() and text.strip() not in NAMES]


SPEECHLESS = {
    "model.ts",
    "insight_api.ts",
    "language.ts",
    "labels.ts",
    "letters.svelte.ts",
    "schema.d.ts",
    "manage_api.ts",
    "plan_shapes.ts",
}
"""Their capitals name types, languages and a font."""

SOURCES = sorted(
    path for path in WEB.rglob("*") if path.suffix in {".svelte", ".ts"} and path.name not in SPEECHLESS
)


def test_no_page_says_a_word_of_its_own() -> None:
    told = {path.name: bare_words(path) for path in SOURCES}
    assert {name: words for name, words in told.items() if words} == {}
