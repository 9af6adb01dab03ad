"""Where this panel looks for its hub: where it found it last, where the hub said that it can be found, and where the
installer said. A hub that moves is followed; by TLS, only to a hub with a certificate of the CA that is trusted."""

from firmware import flash_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.panel_config import PanelConfig

FILE = "hub.txt"
MAX_BYTES = 300


class HubAddresses:
    """Addresses are `host:port`; they are tried in turn."""

    def __init__(self, config: "PanelConfig") -> None:
        self._config = config
        self._last = _last()
        self._at = ""

    def current(self) -> "tuple[str, int]":
        """Host and port to try now."""
        found = self._all()
        if self._at not in found:
            self._at = found[0]
        host, _, port = self._at.rpartition(":")
        return host, int(port)

    def give_up(self) -> None:
        """Nobody answers there: the next one is to be tried."""
        found = self._all()
        if self._at in found:
            self._at = found[(found.index(self._at) + 1) % len(found)]

    def keep(self) -> None:
        """The hub has answered there: that is where to look first, also after a start."""
        if self._at != self._last:
            try:
                flash_file.replace(FILE, self._at)
            except OSError as error:  # a full flash; it will be found again
                print("address not kept:", error)
            self._last = self._at

    def _all(self) -> "list[str]":
        config = self._config
        installed = "%s:%d" % (config.mqtt_host, config.mqtt_port)
        found: list[str] = []
        for one in [self._last] + config.hub_addresses + [installed]:  # noqa: RUF005  MicroPython has no stars there
            if one and one not in found:
                found.append(one)
        return found


def is_address(words: object) -> bool:
    if not isinstance(words, str) or not 3 <= len(words) <= MAX_BYTES - 1:
        return False
    host, _, port = words.rpartition(":")
    return bool(host) and port.isdigit() and 0 < int(port) < 65536


def _last() -> str:
    try:
        found = flash_file.read(FILE, MAX_BYTES).decode()
    except ValueError:  # worn
        return ""
    return found if is_address(found) else ""
