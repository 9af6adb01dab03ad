"""Where this panel looks for its hub: where it found it last, where the hub said that it can be found, and where the
installer said. A hub that moves is followed; by TLS, only to a hub with a certificate of the CA that is trusted.

Loaded for each connection, so that in between it costs no heap.
"""

from firmware import flash_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.panel_config import PanelConfig

FILE = "hub.txt"
MAX_BYTES = 128
MAX_ADDRESSES = 4


def address(config: "PanelConfig", tries: int) -> "tuple[str, int]":
    """Host and port to try after so many in vain: in turn, and first where the hub was last."""
    found = _all(config)
    host, _, port = found[tries % len(found)].rpartition(":")
    return host, int(port)


def _all(config: "PanelConfig") -> "list[str]":
    told = config.hub_addresses if isinstance(config.hub_addresses, list) else []
    installed = "%s:%d" % (config.mqtt_host, config.mqtt_port)
    found: list[str] = []
    for one in [_last()] + told[:MAX_ADDRESSES] + [installed]:  # noqa: RUF005  MicroPython has no stars there
        if one == installed or (one not in found and _is_fit(one)):
            found.append(one)
    return found


def _is_fit(words: object) -> bool:
    if not isinstance(words, str) or len(words) > MAX_BYTES:
        return False
    host, _, port = words.rpartition(":")
    return bool(host) and port.isdigit() and 0 < int(port) < 65536


def _last() -> str:
    try:
        return flash_file.read(FILE, MAX_BYTES).decode()
    except ValueError:  # worn
        return ""
