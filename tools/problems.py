"""Writes docs/problems.md from the code: every refusal's slug, status and sentence.

python tools/problems.py > docs/problems.md
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

ROOT = Path(__file__).parent.parent

HEAD = """# Problems

Every refusal is `application/problem+json` (RFC 9457) over REST; `type` ends in the slug. The same slug is
the `problem` of an MQTT ack. `detail` says what is wrong in this case, and some carry members of their own:
`room-already-booked` has `conflicts` and `alternatives`, `cannot-extend` has `maxMinutes`.

This page is written from the code by `python tools/problems.py`; a test holds the two together, and
`tests/hub/api/test_refusals.py` makes each of them happen.

| slug | status | what it says |
|---|---|---|
"""


def families() -> dict[str, int]:
    """The classes of hub/errors.py that carry a status."""
    tree = ast.parse((ROOT / "hub/errors.py").read_text())
    return {
        node.name: assignment.value.value
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name != "DomainError"
        for assignment in node.body
        if isinstance(assignment, ast.Assign) and isinstance(assignment.value, ast.Constant)
        if isinstance(assignment.value.value, int)
    }


def _calls(tree: ast.AST) -> Iterator[tuple[str, list[str | None]]]:
    """Each call's name with its literal positional arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [
                argument.value
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                else None
                for argument in node.args
            ]
            yield node.func.id, words


def problems() -> set[tuple[str, int, str]]:
    """Slug, status and title of every refusal that hub/ can raise."""
    statuses = families()
    found = {
        ("invalid-request", 422, "The request does not fit the API"),
        ("internal-error", 500, "The hub made a mistake"),
    }
    for path in (ROOT / "hub").rglob("*.py"):
        for name, words in _calls(ast.parse(path.read_text())):
            if name in statuses and len(words) >= 2 and words[0] and words[1]:
                found.add((words[0], statuses[name], words[1]))
            elif name == "not_found" and words and words[0]:
                found.add((f"{words[0]}-not-found", 404, f"There is no such {words[0]}"))
    return found


def page() -> str:
    rows = [
        f"| `{slug}` | {status} {HTTPStatus(status).phrase} | {title} |\n"
        for slug, status, title in sorted(problems())
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    print(page(), end="")
