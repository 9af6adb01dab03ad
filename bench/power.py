"""How long a panel on battery lasts: modelled and unmeasured.

Counts are from simulated days of the real firmware (wakes, calls, bytes, refreshes); currents and times are from data
sheets and from others' measurements, each printed with its source. Against it: a design that fetches a picture of
48,000 bytes whenever the picture may have changed, on the same calendar.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.wake_plan import DAY_S, NIGHT_S
from tests.firmware.battery_panel import BatteryPanel
from tests.firmware.hub_double import HubDouble
from tests.shared.examples import START, meeting, state

BATTERY_MAH = 2000
DAY = 86400
SUNDAY = START - 10 * 3600 - 3600  # midnight in Berlin
PICTURE_BYTES = 48000


@dataclass(frozen=True)
class Assumption:
    value: float
    unit: str
    what: str
    source: str


SLEEP_UA = Assumption(14, "uA", "the board in deep sleep", "Seeed, LowPower_DeepSleep example for the E1001")
CPU_MA = Assumption(32, "mA", "ESP32-S3 awake, radio off", "measured on a DevKitM-1 at 3.3 V by lucidar.me")
RADIO_MA = Assumption(
    100,
    "mA",
    "radio on, listening with short transmissions",
    "ESP32-S3 data sheet: 88 mA receiving, 283 sending",
)
DISPLAY_MA = Assumption(8, "mA", "the display while it refreshes", "Waveshare, 7.5 inch: 26.4 mW at 3.3 V")
BOOT_S = Assumption(1.5, "s", "from waking to the program, from bytecode", "a guess; nothing measured")
DRAW_S = Assumption(0.7, "s", "to look, to draw and to send the dots", "a guess; nothing measured")
JOIN_S = Assumption(2.5, "s", "to join the Wi-Fi", "mean of a day by Chris-42/ePaper-Display-V2")
TALK_S = Assumption(
    1.5, "s", "connect, subscribe, hear, say goodbye", "a guess; on the simulator it is 0.3 s"
)
FAST_S = Assumption(1.2, "s", "a whole refresh", "GxEPD2_750_GDEY075T7: 1.171 s")
FETCH_S = Assumption(1.0, "s", "more, to fetch 48,000 bytes", "400 kbit/s, a guess")
LOSS = Assumption(1.5, "%", "of its charge the cell loses by itself each month", "usual for lithium cells")
TRMNL_MAH = Assumption(
    32.8 * 24 / 3600, "mAh", "one fetch of a TRMNL", "help.usetrmnl.com, battery FAQ: 32.8 mA for 24 s"
)
ASSUMPTIONS = (
    SLEEP_UA,
    CPU_MA,
    RADIO_MA,
    DISPLAY_MA,
    BOOT_S,
    DRAW_S,
    JOIN_S,
    TALK_S,
    FAST_S,
    FETCH_S,
    LOSS,
    TRMNL_MAH,
)


@dataclass
class Counts:
    """Of one day."""

    wakes: float = 0
    calls: float = 0
    refreshes: float = 0
    bytes: float = 0

    def mixed(self, other: Counts, share: float) -> Counts:
        """`share` of the other's days."""
        pairs = zip(self._values(), other._values(), strict=True)
        return Counts(*(mine * (1 - share) + theirs * share for mine, theirs in pairs))

    def _values(self) -> tuple[float, float, float, float]:
        return self.wakes, self.calls, self.refreshes, self.bytes


class Meter:
    """Passes a panel's connection on to the hub, and counts its bytes both ways."""

    def __init__(self, hub_port: int) -> None:
        self.bytes = 0
        self._hub_port = hub_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                panel, _ = self._listening.accept()
            except OSError:
                return
            hub = socket.create_connection(("127.0.0.1", self._hub_port))
            for one, other in ((panel, hub), (hub, panel)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(4096):
                self.bytes += len(data)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def simulate(day: int, meetings: Sequence[dict[str, Any]]) -> Counts:
    """A day of the firmware in a room with those meetings; `day` is the unix second of its midnight."""
    hub = HubDouble(state(*meetings, horizon=8 * DAY), day)
    meter = Meter(hub.port)
    counts = Counts()
    try:
        with tempfile.TemporaryDirectory() as flash:
            panel = BatteryPanel(Path(flash), hub, meter.port)
            panel.wake()  # switched on: not part of the day
            first_calls, first_frame, first_bytes = len(panel.called), _frame(hub), meter.bytes
            panel.awake.clear()
            while hub.now_unix < day + DAY:
                panel.sleep()
                panel.wake()
            counts.wakes, counts.calls = len(panel.awake), len(panel.called) - first_calls
            counts.refreshes, counts.bytes = _frame(hub) - first_frame, meter.bytes - first_bytes
    finally:
        meter.close()
        hub.close()
    return counts


def _frame(hub: HubDouble) -> int:
    frame: int = hub.said("telemetry")[-1]["frame"]
    return frame


def meetings_on(
    day: int, hours: Sequence[float], minutes: int, status: str = "checked_in"
) -> list[dict[str, Any]]:
    return [
        meeting(int(day - START + hour * 3600), minutes, status=status, name=f"m{number}")
        for number, hour in enumerate(hours)
    ]


def mah_per_day(counts: Counts) -> float:
    sleep = SLEEP_UA.value / 1000 * 24
    wake = CPU_MA.value * (BOOT_S.value + DRAW_S.value)
    refresh = (CPU_MA.value + DISPLAY_MA.value) * FAST_S.value
    call = RADIO_MA.value * (JOIN_S.value + TALK_S.value)
    return sleep + _loss() + (counts.wakes * wake + counts.refreshes * refresh + counts.calls * call) / 3600


def fetching_mah_per_day(counts: Counts) -> float:
    """The same board, but each wake fetches the picture: it is drawn elsewhere, so there is nothing to roll on."""
    wake = CPU_MA.value * BOOT_S.value + RADIO_MA.value * (JOIN_S.value + TALK_S.value + FETCH_S.value)
    refresh = (CPU_MA.value + DISPLAY_MA.value) * FAST_S.value
    return SLEEP_UA.value / 1000 * 24 + _loss() + (counts.wakes * wake + counts.refreshes * refresh) / 3600


def trmnl_mah_per_day(counts: Counts) -> float:
    return SLEEP_UA.value / 1000 * 24 + _loss() + counts.wakes * TRMNL_MAH.value


def _loss() -> float:
    return BATTERY_MAH * LOSS.value / 100 / 30


def tell(name: str, week: Counts) -> None:
    ours, fetched = week.bytes, week.wakes * PICTURE_BYTES
    print(
        f"\n{name}: {week.wakes:.0f} wakes, {week.calls:.0f} calls, {week.refreshes:.0f} refreshes a day "
        f"(mean of a week)"
    )
    for who, mah, size in (
        ("this panel", mah_per_day(week), ours),
        ("fetching pictures, same board", fetching_mah_per_day(week), fetched),
        ("fetching pictures, TRMNL's figure", trmnl_mah_per_day(week), fetched),
    ):
        print(f"  {who:34} {mah:5.1f} mAh a day, {BATTERY_MAH / mah:4.0f} days, {size / 1000:7.0f} kB a day")
    print(f"  {fetched / ours:.0f} times fewer bytes (both without TLS)")


def main() -> None:
    print(f"Modelled, not measured. {BATTERY_MAH} mAh. Assumed:")
    for one in ASSUMPTIONS:
        print(f"  {one.value:6.3g} {one.unit:3} {one.what} ({one.source})")
    print(
        f"Longest staleness while the hub can be reached: {DAY_S // 60} min from seven to seven on weekdays, "
        f"{NIGHT_S // 3600} h else"
    )
    monday = SUNDAY + DAY
    weekend = simulate(SUNDAY, [])
    calm = simulate(monday, meetings_on(monday, (10, 14), 60))
    half_hours = [8 + n * 0.75 for n in range(12)]
    busy = simulate(monday, meetings_on(monday, half_hours, 30, status="confirmed"))
    tell("A calm room, two meetings", calm.mixed(weekend, 2 / 7))
    tell("A busy room, twelve meetings, nobody checks in", busy.mixed(weekend, 2 / 7))


if __name__ == "__main__":
    main()
