"""Every test of shared/ runs on CPython and on the real MicroPython."""

import importlib

import pytest

from tests import micropython

MODULES = ("both_room_status", "both_documents")
TESTS = [
    (module, name)
    for module in MODULES
    for name in dir(importlib.import_module(f"tests.shared.{module}"))
    if name.startswith("test_")
]


@pytest.mark.parametrize(("module", "name"), TESTS, ids=[name for _, name in TESTS])
def test_on_cpython(module, name):
    getattr(importlib.import_module(f"tests.shared.{module}"), name)()


@micropython.needs_micropython
@pytest.mark.parametrize("module", MODULES)
def test_on_micropython(module):
    done = micropython.run("tests/shared/run_both.py", module)
    passed = {line.removeprefix("passed ") for line in done.stdout.splitlines() if line.startswith("passed ")}
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed == {name for found, name in TESTS if found == module}
