"""Every language says all that the screens say, and in as much room."""

import ast

import pytest

from firmware.languages import LANGUAGES, LONGEST, Table
from tests.firmware.screen_views import VIEWS
from tests.micropython import ROOT, needs_micropython
from tools import preview

LINES = {
    code: (ROOT / "firmware" / "languages" / f"{code}.words").read_bytes().splitlines(keepends=True)
    for code in LANGUAGES[1:]
}
TABLES = {
    code: dict(line.decode().rstrip("\n").split("\t") for line in lines) for code, lines in LINES.items()
}


def literals(*folders):
    """Every string in the sources of these folders."""
    for folder in folders:
        for path in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


@pytest.mark.parametrize("code", TABLES)
def test_every_line_is_found_and_nothing_else(code):
    assert LINES[code] == sorted(LINES[code]), "sort -o it, with LC_ALL=C"
    assert max(map(len, LINES[code])) < LONGEST
    table = Table(code)
    for english, said in TABLES[code].items():
        assert table.find(english) == said
        for other in (english[:-1], english + "x", "\0" + english, english.swapcase()):
            assert table.find(other) == TABLES[code].get(other)
    assert table.find("") is None
    table.close()


def test_tables_have_the_same_keys():
    assert len({tuple(sorted(table)) for table in TABLES.values()}) == 1


@pytest.mark.parametrize("code", TABLES)
def test_what_stands_for_a_number_or_a_name_is_there_again(code):
    for english, said in TABLES[code].items():
        assert [c for c in ("%s", "%d") if c in said] == [c for c in ("%s", "%d") if c in english], english
        assert said.strip(), english


def test_no_table_holds_what_nobody_says():
    said = set(literals("firmware", "firmware/screens", "hub/bookings", "hub/rooms", "hub/panel"))
    assert set(TABLES["de"]) - said == set()


@needs_micropython
@pytest.mark.parametrize("code", TABLES)
def test_nothing_on_any_screen_is_left_in_english(code):
    ours = set(literals("firmware/screens"))
    _, costs = preview.draw([view | {"language": code} for view in VIEWS.values()])
    same = {english for english, said in TABLES[code].items() if said == english}
    assert {words for cost in costs for words in cost["unsaid"] if words in ours and words} - same == set()
