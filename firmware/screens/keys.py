"""The three soft keys below the glass, as screens make them.

Offline, a panel never promises what only the hub can grant: booking and extending are greyed out
(contract, "MQTT"). Checking in, ending and reporting go to the outbox.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.screens.view import View

    Key = tuple[str, str | None, bool]
    """Label, action, enabled. Enabled without an action: pressed before, and on its way to the hub."""
    Keys = tuple[Key, Key, Key]
    """From left to right."""

NONE: "Key" = ("", None, False)
BLANK: "Keys" = (NONE, NONE, NONE)


def key(view: "View", label: str, action: str, enabled: bool = True) -> "Key":  # noqa: FBT001, FBT002
    """A key that gives `action`; shown as pressed while that waits for the hub."""
    if not enabled:
        return label, None, False
    return label, None if action in view.pending else action, True


def report_only(view: "View") -> "Keys":
    return NONE, NONE, key(view, "Report", "report")
