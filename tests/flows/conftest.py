"""A running site for each test that asks for one."""

import pytest

from tests import micropython
from tests.flows.site import Site, free_port
from tools import release


@pytest.fixture
def site(tmp_path):
    yield from _running(Site(tmp_path))


@pytest.fixture
def site_by_tls(tmp_path):
    """The same, where panels come by TLS."""
    yield from _running(Site(tmp_path, mqtts_port=free_port()))


@pytest.fixture
def site_with_key(tmp_path):
    """The same, which trusts a firmware key; and that key."""
    key = release.new_key()
    for site in _running(Site(tmp_path, CIRCLETIME_FIRMWARE_KEY=release.public_key(key))):
        yield site, key


def _running(site):
    if micropython.MICROPYTHON is None:
        pytest.skip("MicroPython's unix port is packaged for x86-64 Linux only")
    try:
        site.start()
        yield site
    finally:
        site.close()
