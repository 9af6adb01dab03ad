"""What this panel was told: by the installer (`panel.json`), and by the hub (`config.json`, and where it came
without them, `credentials.json`)."""

import json
from binascii import a2b_base64

from firmware import flash_file
from shared.topics import valid_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INSTALLED = "panel.json"
COPY = "panel.copy.json"
"""Made at a start that found `panel.json` whole: a flash wears, and this file nobody else could give back."""
CREDENTIALS = "credentials.json"
FROM_HUB = "config.json"
MAX_BYTES = 4096


class PanelConfig:
    """The installer's part is fixed; the hub's part is followed, and kept for the next start.

    Without `has_credentials` there is only `hub_url`, where to ask for some (over https by `hub_ca`, as DER), and
    the Wi-Fi. `ca` is the hub's CA
    as DER, and None where the link is plain; `firmware_key` is the modulus that firmware is signed under, and None
    where no update is taken.

    The hub's part: `room_id` (None: on no door yet), `language`, `hour24`, whether the glass is `dark`,
    `web_url`, the page of its room, where its QR code leads, `qos`, at which to subscribe, and `hub_addresses`,
    where it can be found too, as it said them: `firmware.hub_addresses` reads them.
    """

    def __init__(self) -> None:
        """Raises ValueError where `panel.json` and its copy are missing or unfit: without it there is no panel."""
        installed = _installed()
        if "panelId" not in installed:
            installed.update(_credentials())
        self.hub_url = str(installed.get("hubUrl") or "").rstrip("/")
        self.panel_id = str(installed.get("panelId"))
        self.secret = str(installed.get("secret"))
        self.mqtt_host = str(installed.get("mqttHost"))
        self.mqtt_port = int(installed.get("mqttPort") or 0)
        self.board = str(installed.get("board"))
        self.wifi_ssid: str | None = installed.get("wifiSsid")
        self.wifi_password: str | None = installed.get("wifiPassword")
        self.wifi_country: str | None = installed.get("wifiCountry")
        self.on_battery = installed.get("power") == "battery"
        self.reconnect_max_s = float(installed.get("reconnectMaxS", 30))
        key = installed.get("firmwareKey")
        self.firmware_key = a2b_base64(str(key)) if key else None
        self.ca = a2b_base64(str(installed.get("ca"))) if installed.get("tls") else None
        self.hub_ca = a2b_base64(str(installed.get("hubCa"))) if installed.get("hubCa") else None
        self.has_credentials = "panelId" in installed
        fit = valid_id(self.panel_id) and self.mqtt_port if self.has_credentials else True
        if not (fit and valid_id(self.board)):
            raise ValueError("panel.json is not fit")
        self.room_id: str | None = None
        self.hour24 = True
        self.language = str(installed.get("language") or "en")
        self.dark = False
        self.web_url = ""
        self.qos = 1
        self.hub_addresses: Any = None
        try:
            self._read(flash_file.read(FROM_HUB, MAX_BYTES))
        except ValueError:  # never told, or a worn flash: the hub will say it again
            pass

    def follow(self, payload: bytes) -> bool:
        """Takes what the hub says; True if the link has to be made anew for it. Raises ValueError for what is
        not a config."""
        before = self.room_id, self.qos
        self._read(payload)
        if payload != flash_file.read(FROM_HUB, MAX_BYTES):  # retained, it comes at every connect
            flash_file.replace(FROM_HUB, payload)
        return (self.room_id, self.qos) != before

    def _read(self, payload: bytes) -> None:
        told = _object(payload)
        room_id, hour24, web_url = told.get("roomId", ""), told.get("hour24", True), told.get("webUrl") or ""
        if not (room_id is None or valid_id(room_id)):
            raise ValueError("roomId is not an id")
        if not isinstance(hour24, bool) or not isinstance(web_url, str) or len(web_url) > 255:
            raise ValueError("hour24 or webUrl is unfit")
        if told.get("qos", 1) not in (0, 1):
            raise ValueError("qos is unfit")
        self.room_id, self.hour24, self.qos = room_id, hour24, int(told.get("qos", 1))
        self.hub_addresses = told.get("hubAddresses")
        self.language = str(told.get("language") or self.language)
        self.dark = told.get("theme") == "dark"
        self.web_url = web_url + "/rooms/" + room_id if web_url and room_id else ""


def _installed() -> "dict[str, Any]":
    """What the installer wrote; each of the two files is mended from the other."""
    told = flash_file.read(INSTALLED, MAX_BYTES)
    kept = flash_file.read(COPY, MAX_BYTES)
    try:
        found, worn, whole = _with_board(told), COPY, told
    except ValueError:
        found, worn, whole = _with_board(kept), INSTALLED, kept
    if told != kept:
        try:
            flash_file.replace(worn, whole)
        except OSError as error:  # a full flash: one copy has to do
            print("no copy of panel.json", repr(error))
    return found


def _with_board(payload: bytes) -> "dict[str, Any]":
    found = _object(payload)
    if not valid_id(found.get("board")):
        raise ValueError("panel.json names no board")
    return found


def _credentials() -> "dict[str, Any]":
    """What the hub gave when the panel was claimed; nothing where it has not been."""
    try:
        return _object(flash_file.read(CREDENTIALS, MAX_BYTES))
    except ValueError:
        return {}


def _object(payload: bytes) -> "dict[str, Any]":
    if len(payload) > MAX_BYTES:
        raise ValueError("more than %d bytes" % MAX_BYTES)
    found = json.loads(payload)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
