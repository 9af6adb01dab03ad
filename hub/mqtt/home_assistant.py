"""What Home Assistant is told: each room is a device, by its MQTT discovery (its MQTT integration's manual, "Device
discovery payload"), with one document of values that its entities pick from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hub.clock import from_unix
from hub.panel.health import Vitals
from shared import topics
from shared.room_status import AVAILABLE, OCCUPIED, OUT_OF_SERVICE, UNKNOWN

if TYPE_CHECKING:
    from shared.room_state import RoomState

DISCOVERY = "homeassistant/device/"
BIRTH = "homeassistant/status"
"""Where Home Assistant says that it has just started, and wants to be told again."""
ROOT = "circletime/home-assistant/"
AVAILABILITY = ROOT + "hub"
ONLINE, OFFLINE = b"online", b"offline"
OWN = "circletime_"
"""What our devices' ids begin with."""

STATUSES = [AVAILABLE, OCCUPIED, OUT_OF_SERVICE, UNKNOWN]
ENTITIES: dict[str, dict[str, Any]] = {
    "occupancy": {"platform": "binary_sensor", "name": "Occupancy", "device_class": "occupancy"},
    "status": {"platform": "sensor", "name": "Status", "device_class": "enum", "options": STATUSES},
    "meeting": {"platform": "sensor", "name": "Meeting", "icon": "mdi:account-group"},
    "until": {"platform": "sensor", "name": "Meeting ends", "device_class": "timestamp"},
    "next": {"platform": "sensor", "name": "Next meeting", "icon": "mdi:calendar-arrow-right"},
    "next_start": {"platform": "sensor", "name": "Next meeting starts", "device_class": "timestamp"},
    "battery": {
        "platform": "sensor",
        "name": "Panel battery",
        "device_class": "battery",
        "unit_of_measurement": "%",
        "state_class": "measurement",
        "entity_category": "diagnostic",
    },
    "signal": {
        "platform": "sensor",
        "name": "Panel signal",
        "device_class": "signal_strength",
        "unit_of_measurement": "dBm",
        "state_class": "measurement",
        "entity_category": "diagnostic",
    },
}


def discovery_topic(room_id: str) -> str:
    return f"{DISCOVERY}{OWN}{room_id}/config"


def values_topic(room_id: str) -> str:
    return f"{ROOT}rooms/{room_id}"


def room_of(topic: str) -> str | None:
    """Whose discovery that is; None where it is not one of ours."""
    middle = topic.removeprefix(DISCOVERY).removesuffix("/config")
    room_id = middle.removeprefix(OWN)
    ours = topic.startswith(DISCOVERY + OWN) and topic.endswith("/config")
    return room_id if ours and topics.valid_id(room_id) else None


def messages(state: RoomState, panels: Sequence[Vitals], url: str) -> Iterator[tuple[str, bytes]]:
    """Both of a room's, each with its topic, to be retained. `url`: where people find the hub."""
    yield discovery_topic(state["room"]["id"]), _encoded(_device(state, url))
    yield values_topic(state["room"]["id"]), _encoded(_values(state, panels))


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _device(state: RoomState, url: str) -> dict[str, Any]:
    room = state["room"]
    return {
        "device": {
            "identifiers": [OWN + room["id"]],
            "name": room["name"],
            "manufacturer": "Circle Time",
            "model": f"Meeting room, {room['capacity']} seats",
            "suggested_area": room["name"],
            "configuration_url": f"{url}/rooms/{room['id']}",
        },
        "origin": {"name": "Circle Time"},
        "availability_topic": AVAILABILITY,
        "state_topic": values_topic(room["id"]),
        "components": {
            name: entity
            | {
                "unique_id": f"{OWN}{room['id']}_{name}",
                "value_template": f"{{{{ value_json.{name} }}}}",
            }
            for name, entity in ENTITIES.items()
        },
    }


def _values(state: RoomState, panels: Sequence[Vitals]) -> dict[str, Any]:
    """By its entities' names. What is null is "None" by their templates, which is unknown there.

    Of several panels the weakest counts: it is the one to look after.
    """
    current, following, status = state["current"], state["next"], state["status"]
    batteries = [one.battery_percent for one in panels if one.battery_percent is not None]
    signals = [one.signal_dbm for one in panels if one.signal_dbm is not None]
    return {
        "occupancy": None if status == UNKNOWN else "ON" if status == OCCUPIED else "OFF",
        "status": status,
        "meeting": current and current["title"],
        "until": current and from_unix(current["endUnix"]).isoformat(),
        "next": following and following["title"],
        "next_start": following and from_unix(following["startUnix"]).isoformat(),
        "battery": min(batteries, default=None),
        "signal": min(signals, default=None),
    }
