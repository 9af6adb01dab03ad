"""Joining a network, and saying why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.firmware.run_on_board import run
from tests.micropython import needs_micropython

pytestmark = needs_micropython

BEGIN = """
import asyncio
import network
from firmware import wifi
wifi.JOIN_S = 1
class Config:
    wifi_ssid = "Wall"
    wifi_password = "secret"
    wifi_country = "DE"
def join():
    asyncio.run(wifi.join(Config))
"""


@pytest.fixture
def on_air(tmp_path: Path) -> Callable[[str], str]:
    return lambda script: run(BEGIN + script, tmp_path)


def test_joins_under_the_rules_of_its_country_and_wide_awake(on_air: Callable[[str], str]) -> None:
    on_air("""
join()
assert network.air["countries"] == ["DE"]
assert network.asked[-2:] == [("config", {"pm": 0}), ("connect", "Wall", "secret")]
before = len(network.asked)
join()
assert len(network.asked) == before, "it was connected"
assert wifi.signal_dbm() == -61
""")


def test_joins_again_while_the_radio_still_tries_by_itself(on_air: Callable[[str], str]) -> None:
    on_air("""
join()
network.WLAN._connected = False
join()
assert network.WLAN._connected
wifi.leave()
assert not network.WLAN._active
""")


@pytest.mark.parametrize(
    ("status", "words"),
    [(201, "no access point of that name"), (202, "wrong password"), (1001, "no address")],
)
def test_says_why_there_is_no_network(on_air: Callable[[str], str], status: int, words: str) -> None:
    on_air(f"""
network.air["status"] = {status}
Config.wifi_password = "other"
try:
    join()
    raise AssertionError
except OSError as error:
    assert str(error) == "no network in 1 s: {words}", error
Config.wifi_password = "secret"
join()
""")


def test_without_a_network_in_its_config_it_says_so(on_air: Callable[[str], str]) -> None:
    on_air("""
Config.wifi_ssid = None
try:
    join()
    raise AssertionError
except OSError as error:
    assert "panel.json" in str(error)
""")
