"""The radio: nothing above it knows more than whether there is a network."""

import asyncio

import network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.panel_config import PanelConfig

JOIN_S = 20

# `status()` on an ESP32: the names differ from release to release, the numbers are ESP-IDF's.
_REASONS = {
    200: "lost the access point",
    201: "no access point of that name",
    202: "wrong password",
    204: "wrong password, or out of range",
    210: "access point wants another security",
    211: "access point wants another security",
    212: "access point is too faint",
}


async def join(config: "PanelConfig") -> None:
    """Returns once the panel has an address. Raises OSError that says why not."""
    station = network.WLAN(network.STA_IF)
    if station.isconnected():
        return
    if not config.wifi_ssid:
        raise OSError("no Wi-Fi in panel.json")
    if config.wifi_country:
        network.country(config.wifi_country)
    station.active(False)  # an ESP32 that still tries by itself takes no new order
    station.active(True)
    station.config(pm=network.WLAN.PM_NONE)  # asleep between beacons it would hear a press's answer late
    station.connect(config.wifi_ssid, config.wifi_password)
    for _ in range(JOIN_S * 10):
        if station.isconnected():
            return
        await asyncio.sleep(0.1)
    reason = _REASONS.get(station.status(), "no address")
    station.active(False)
    raise OSError("no network in %d s: %s" % (JOIN_S, reason))


def leave() -> None:
    """Switches the radio off."""
    network.WLAN(network.STA_IF).active(False)


def signal_dbm() -> "int | None":
    """How well the access point is heard; None where there is no radio."""
    try:
        found: Any = network.WLAN(network.STA_IF).status("rssi")
    except (AttributeError, OSError, TypeError, ValueError):
        return None
    return int(found)
