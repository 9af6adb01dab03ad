"""The three soft keys below the glass, as screens make them.

Offline, a panel never promises what only the hub can grant: booking and extending are greyed out
(contract, "MQTT"). Checking in, ending and reporting go to the outbox.
What the room does not let a passer-by do has no key; what takes its PIN takes the hub, too.
"""

from shared import panel_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.screens.view import View

    Key = tuple[str, str | None, bool]
    """Label, action, enabled. Enabled without an action: pressed before, and on its way to the hub."""
    Keys = tuple[Key, Key, Key]
    """From left to right."""

NONE: "Key" = ("", None, False)
BLANK: "Keys" = (NONE, NONE, NONE)


def key(
    view: "View",
    label: str,
    action: str,
    command: str,
    enabled: bool = True,  # noqa: FBT001, FBT002
) -> "Key":
    """A key that gives `action`, which leads to that command; shown as pressed while that waits for the hub."""
    rule = rule_for(view, command)
    if rule == panel_command.OFF:
        return NONE
    if not enabled or (rule == panel_command.PIN and view.offline_since is not None):
        return label, None, False
    return label, None if action in view.pending else action, True


def other_rooms(view: "View") -> "Key":
    """Only the hub knows of other rooms."""
    there = view.offline_since is None
    return "Other rooms", "other_rooms" if there else None, there


def report_only(view: "View") -> "Keys":
    return other_rooms(view), NONE, key(view, "Report", "report:0", panel_command.REPORT_ISSUE)


def rule_for(view: "View", command: str) -> str:
    """Whether that command may be given here: ON, OFF or PIN of `shared.panel_command`."""
    return panel_command.rule_for(view.known()[0]["policy"].get("glass"), command)
