"""The MQTT topics under `circletime/v1/` (contract, "MQTT 3.1.1"). Nobody else spells them out."""

ROOT = "circletime/v1"
HUB_PRESENCE = ROOT + "/hub/presence"

UP = ("hello", "command", "presence", "telemetry", "screen", "request")
DOWN = ("welcome", "config", "ack", "reply", "request", "trust", "update")
RETAINED_DOWN = ("config", "trust", "update")

_ID_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
ID_LENGTH = 64


def valid_id(text: object) -> bool:
    """Ids are one topic level, of letters, digits, `_` and `-`: brokers agree on nothing wider."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= ID_LENGTH
        and all(
            byte in _ID_CHARACTERS for byte in text.encode()
        )  # a loop over a str would intern each character
    )


def room_state(room_id: str) -> str:
    return ROOT + "/rooms/" + room_id + "/state"


def panel_up(panel_id: str, leaf: str) -> str:
    return ROOT + "/panels/" + panel_id + "/up/" + leaf


def panel_down(panel_id: str, leaf: str) -> str:
    return ROOT + "/panels/" + panel_id + "/down/" + leaf


def parse(topic: str) -> "tuple[str, str, str] | None":
    """`("room", room_id, "state")`, `("up" | "down", panel_id, leaf)`, `("hub", "", "presence")`, or None."""
    if topic == HUB_PRESENCE:
        return ("hub", "", "presence")
    levels = topic.split("/")
    if levels[:2] != ROOT.split("/"):
        return None
    if len(levels) == 5 and levels[2] == "rooms" and levels[4] == "state" and valid_id(levels[3]):
        return ("room", levels[3], "state")
    if len(levels) == 6 and levels[2] == "panels" and valid_id(levels[3]):
        way, leaf = levels[4], levels[5]
        if (way == "up" and leaf in UP) or (way == "down" and leaf in DOWN):
            return (way, levels[3], leaf)
    return None
