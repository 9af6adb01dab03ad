"""docs/architecture.md is held to the tree, and every page's links to what they lead to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "web/README.md"]
MAP = (ROOT / "docs/architecture.md").read_text()
ROWS = dict(re.findall(r"^\| (`.+?`) \| (.+?) \|$", MAP.split("## The two flows")[0], re.MULTILINE))
FLOWS = MAP.split("## The two flows")[1].split("## What always holds")[0]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*)\)")


def text_of(folder: Path) -> str:
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    return "\n".join(each.read_text() for each in files if each.suffix == ".py")


def is_there(name: str, folder: Path) -> bool:
    """A file, a folder, or something defined, below it: `fold/file`, `file`, `function`, `file.function`."""
    path, _, last = name.strip("/").replace("()", "").rpartition(".")
    plain = name.strip("/")
    places = [ROOT, folder, *(ROOT / top for top in ("hub", "firmware"))]
    if any((place / plain).exists() or (place / f"{plain}.py").exists() for place in places):
        return True
    if path and any((place / f"{path}.py").exists() for place in places):
        return last in text_of(
            next(place / f"{path}.py" for place in places if (place / f"{path}.py").exists())
        )
    defined = last or plain
    return bool(
        re.search(rf"^\s*(?:async )?(?:def|class) {re.escape(defined)}\b", text_of(folder), re.MULTILINE)
    )


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.strip("`"))
def test_what_the_map_names_is_there(row: str) -> None:
    place = ROOT / re.findall("`(.+?)`", row)[0]
    assert place.exists()
    told = re.findall(r"`([\w./]+)`", ROWS[row])
    assert not [name for name in told if not is_there(name, place if place.is_dir() else place.parent)]


def test_the_two_flows_go_through_files_that_are_there() -> None:
    steps = re.findall(r"`([\w./]+)`", FLOWS)
    assert len(steps) > 12
    assert not [step for step in steps if not is_there(step, ROOT / "firmware")]


def test_every_folder_of_the_program_is_on_the_map() -> None:
    mapped = [each.strip("/") for row in ROWS for each in re.findall("`(.+?)`", row)]
    tops = {"hub", "shared", "firmware", "tools", "tests", "bench", "web", "examples"}
    folders = {each.parent for each in (ROOT / "hub").glob("*/__init__.py")} | {
        ROOT / top for top in tops - {"hub"}
    }
    names = {each.relative_to(ROOT).as_posix() for each in folders}
    assert names <= set(mapped)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(page.read_text()):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            lost.append(link)
    assert not lost
