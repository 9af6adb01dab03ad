"""A running site for each test that asks for one."""

import pytest

from tests import micropython
from tests.flows.site import Site


@pytest.fixture
def site(tmp_path):
    if micropython.MICROPYTHON is None:
        pytest.skip("MicroPython's unix port is packaged for x86-64 Linux only")
    found = Site(tmp_path)
    try:
        found.start()
        yield found
    finally:
        found.close()
