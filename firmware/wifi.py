"""The radio: nothing above it knows more than whether there is a network."""

import asyncio

import network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.panel_config import PanelConfig

JOIN_S = 20


async def join(config: "PanelConfig") -> None:
    """Returns once the panel has an address. Raises OSError where the network is out of reach."""
    station = network.WLAN(network.STA_IF)
    if station.isconnected():
        return
    station.active(True)
    station.connect(config.wifi_ssid, config.wifi_password)
    for _ in range(JOIN_S * 4):
        if station.isconnected():
            return
        await asyncio.sleep(0.25)
    station.disconnect()
    raise OSError("no network in %d s" % JOIN_S)
