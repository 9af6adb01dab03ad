"""Every number on the glass has a line in docs/errors.md, and each trouble has its number."""

import pytest

from firmware import troubles
from firmware.mqtt_client import LinkLost
from tests.firmware import errors_page, screens_page
from tests.firmware.hub_double import wait_until
from tests.micropython import needs_micropython


def test_pages_are_of_today():
    assert errors_page.PAGE.read_text() == errors_page.page(), "run: python -m tests.firmware.errors_page"
    assert screens_page.unsaid() == set()
    assert screens_page.PAGE.read_text() == screens_page.page(), "run: python -m tests.firmware.screens_page"


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (OSError("no network in 20 s: wrong password"), 11),
        (OSError(113), 21),
        (OSError(-2), 22),
        (OSError(111), 23),
        (OSError(110), 24),
        (OSError(28), 43),
        (OSError(), 24),
        (TimeoutError(), 24),
        (LinkLost("refused, code 5"), 32),
        (LinkLost("closed by the broker"), 33),
        (LinkLost("certificate refused: invalid cert"), 34),
        (LinkLost("the hub's certificate is out of its time"), 34),
        (ValueError("not HTTP"), 41),
        (MemoryError(), 42),
    ],
)
def test_each_trouble_has_its_number(error, number):
    assert troubles.number_of(error) == number


@needs_micropython
def test_a_revoked_panel_and_a_hub_that_is_gone_have_different_numbers(hub, panel):
    one = panel(secret="wrong")
    wait_until(lambda: "E32" in one.console(), "it is refused")
    one.cut_power()
    port = hub.port
    hub.stop()
    other = panel(port=port)
    wait_until(lambda: "E23" in other.console(), "nobody listens")
