"""What is left out of a board's modules, and what is not."""

import ast

import pytest

from tools.lean import lean


def made(**modules):
    return lean(modules)


def run(modules, wanted):
    """What the lean module `wanted` has in the end."""
    found = {"__builtins__": __builtins__}
    exec(modules[wanted], found)
    return found


def test_constant_stands_where_its_name_stood():
    one = "ROWS = 40\nSTRIPS = 480 // ROWS\ndef draw():\n    return list(range(STRIPS))\nprint(draw)\n"
    found = made(one=one)["one"]
    assert "ROWS" not in found
    assert "STRIPS" not in found
    assert "range(12)" in found


def test_constants_of_other_modules_are_folded_and_no_longer_imported():
    found = made(
        **{
            "shared.topics": "ROOT = 'v1'\n",
            "firmware.link": "from shared import topics\nfrom shared.topics import ROOT as TOP\nx = topics.ROOT + TOP\nprint(x)\n",
        }
    )
    assert found["firmware.link"].strip() == "x = 'v1' + 'v1'\nprint(x)"
    assert found["shared.topics"].strip() == ""


@pytest.mark.parametrize(
    "kept",
    [
        "LIMIT = 5\ndef raise_it():\n    global LIMIT\n    LIMIT += 1\nprint(raise_it, LIMIT)",
        "NAMES = ('a', 'b')\nprint(NAMES)",
        "BYTES = b'ab'\nprint(BYTES)",
        "ON = True\nprint(ON)",
        "LONG = '%s'\nprint(LONG)" % ("x" * 30),
        "D22 = open('x')\nprint(D22)",
    ],
)
def test_what_is_no_number_or_short_text_keeps_its_name(kept):
    assert made(one=kept)["one"] == ast.unparse(ast.parse(kept))


def test_functions_that_nobody_names_go_and_take_along_what_only_they_named():
    found = made(
        one="def used():\n    return 1\ndef unused():\n    return helper()\ndef helper():\n    return 2\n",
        two="from one import used\nprint(used())\n",
    )
    assert found["one"].strip() == "def used():\n    return 1"


def test_what_is_asked_for_by_a_text_stays():
    found = made(
        one="from two import both as keys\n",
        two="def both():\n    pass\n",
        three="print(hasattr(x, 'keys'))\n",
    )
    assert "both as keys" in found["one"]
    assert "def both" in found["two"]


def test_import_of_what_is_no_module_of_ours_stays_while_it_is_used():
    assert made(one="import gc\nfrom machine import Pin\ngc.collect()\n")["one"] == "import gc\ngc.collect()"


def test_types_and_docstrings_go():
    source = '''"""What it is."""
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
class Font:
    """One face."""
    size: int
    def __init__(self) -> None:
        self.height: int = 5
    def empty(self):
        """Does nothing."""
print(Font().height)
'''
    found = made(one=source)
    assert "typing" not in found["one"]
    assert "face" not in found["one"]
    assert run(found, "one")["Font"]().height == 5
