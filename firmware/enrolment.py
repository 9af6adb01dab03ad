"""How a panel without credentials gets some: it shows a code, until somebody claims it at the hub (docs/panels.md).

The enrolment secret is in flash before the hub first hears it, and the credentials are before it is forgotten:
wherever the power is cut, the panel goes on from there. Needed once in a panel's life, so it is imported then.
"""

import asyncio
import binascii
import json
import os
import random
import time

from firmware import flash_file, http_post, screens, ticks, troubles, wifi
from firmware.mqtt_client import LinkLost
from firmware.panel_config import CREDENTIALS
from shared import checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.canvas import Canvas
    from firmware.glass import Glass
    from firmware.panel_config import PanelConfig

SECRET = "enrolment.json"  # noqa: S105  a file's name
MAX_BYTES = 512
PATH = "/api/v1/panels/enrol"

ASK_AGAIN_MAX_S = 300
FIRST_WAIT_S = 5
TRIES_WITHOUT_WIFI = 3

NEVER_SET = 2020
"""A clock that was never set begins in 2000 or in 1970, and shows no later year."""

RECONNECTS = 10
"""A hub that does not answer is asked less and less, in the end this many times more seldom than one connects."""


class NoWifi(Exception):
    """Raised when the panel could not join its Wi-Fi for some tries in a row: it may have been told the wrong one."""


async def enrol(
    config: "PanelConfig", canvas: "Canvas", glass: "Glass", *, simulated: bool, awake_s: "int | None" = None
) -> bool:
    """True once the credentials are in flash; False where they are not after `awake_s`, and at least one try.

    Raises NoWifi, and OSError where the flash takes nothing.
    """
    began, without_wifi = ticks.now_ms(), 0
    secret = _own_secret()
    asked = json.dumps({"enrolmentSecret": secret, "simulated": simulated})
    claiming = Claiming(config.hub_url, config.language)
    wait_s: float = FIRST_WAIT_S
    longest_s = RECONNECTS * config.reconnect_max_s
    while True:
        try:
            await wifi.join(config)
            _set_clock(config.hub_url)
            answer = await http_post.post_json(config.hub_url + PATH, asked, config.hub_ca)
            if claiming.take(answer):
                _store(answer, config.hub_url)
                return True
            without_wifi = 0
            wait_s = claiming.ask_again_s
        except http_post.Refused as refusal:
            claiming.trouble = refusal.detail
            claiming.number = troubles.HUB_REFUSES
            wait_s = min(max(refusal.retry_after_s, wait_s * 2), longest_s)
        except (OSError, ValueError, MemoryError, LinkLost, asyncio.TimeoutError) as error:
            print("not enrolled: E%d" % troubles.number_of(error), repr(error))
            claiming.trouble = "No answer from the hub"
            claiming.number = troubles.number_of(error)
            wait_s = min(wait_s * 2, longest_s)
            without_wifi = without_wifi + 1 if claiming.number == troubles.NO_WIFI else 0
            if without_wifi >= TRIES_WITHOUT_WIFI:
                raise NoWifi from None
        if awake_s is not None and ticks.since_ms(began) >= awake_s * 1000:
            return False
        screens.draw(canvas, claiming.view())
        await glass.show()
        await asyncio.sleep(wait_s * (0.8 + 0.4 * random.random()))


class Claiming:
    """What the glass says until the panel is claimed. `trouble` is why there is no news."""

    def __init__(self, hub_url: str, language: str = "en") -> None:
        self._hub_url = hub_url
        self._language = language
        self._code = self._name = self._url = ""
        self.ask_again_s = FIRST_WAIT_S
        self.trouble: str | None = None
        self.number = 0

    def take(self, answer: "dict[str, Any]") -> bool:
        """True once the panel was claimed. Raises ValueError for what is no answer of a hub."""
        if checked.one_of(answer, "status", ("waiting", "claimed")) == "claimed":
            return True
        code = checked.text(answer, "code", 16, 1)
        if code != self._code:
            print("claim me:", code)  # the installer's console
        self._code = code
        self._name = checked.text(answer, "name", 64)
        self._url = checked.text(answer, "claimUrl", 255)
        self.ask_again_s = checked.integer(answer, "askAgainS", 2, ASK_AGAIN_MAX_S)
        self.trouble = None
        return False

    def view(self) -> screens.View:
        """A code that may have run out meanwhile is not shown: it would only be refused."""
        if self.trouble is not None:
            return screens.View(
                "claiming",
                0,
                web_url=self._hub_url,
                notice=self.trouble,
                trouble=self.number,
                language=self._language,
            )
        shown = (self._code, self._name)
        return screens.View("claiming", 0, web_url=self._url, claim=shown, language=self._language)


def _set_clock(hub_url: str) -> None:
    """Over https a board's TLS looks at its clock, which begins in 2000: certificates of other CAs than the hub's own
    begin later. Where no NTP server answers it is tried without."""
    if not hub_url.startswith("https:") or time.gmtime()[0] > NEVER_SET:
        return
    try:
        __import__("ntptime").settime()
    except (ImportError, OSError) as error:
        print("no time by NTP:", repr(error))


def _own_secret() -> str:
    """The secret that only this panel has, the same after every start. Raises OSError where it can't be kept."""
    try:
        return checked.text(json.loads(flash_file.read(SECRET, MAX_BYTES)), "secret", 64, 43)
    except (ValueError, AttributeError):
        secret = binascii.hexlify(os.urandom(32)).decode()
        flash_file.replace(SECRET, json.dumps({"secret": secret}))
        return secret


def _store(answer: "dict[str, Any]", hub_url: str) -> None:
    """Raises ValueError for what are no credentials, OSError where the flash does not take them."""
    mqtt = checked.mapped(answer, "mqtt")
    credentials = {
        "panelId": checked.identifier(answer, "id"),
        "secret": checked.text(answer, "secret", 128, 1),
        "mqttHost": checked.text(mqtt, "host", 255) or http_post.host_of(hub_url).partition(":")[0],
        "mqttPort": checked.integer(mqtt, "port", 1, 65535),
        "tls": checked.boolean(mqtt, "tls"),
        "ca": checked.optional_text(answer, "ca", 1024),
        "firmwareKey": checked.optional_text(answer, "firmwareKey", 512),
    }
    flash_file.replace(CREDENTIALS, json.dumps(credentials))
    flash_file.remove(SECRET)
