"""What the three keys below the glass mean: the one place that maps a screen to actions.

Offline, a panel never promises what only the hub can grant: booking and extending are greyed out
(contract, "MQTT"). Checking in, ending and reporting go to the outbox.
"""

from firmware.screens import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.screens.view import View

    Key = tuple[str, str | None, bool]
    """Label, action, enabled. Enabled without an action: pressed before, and on its way to the hub."""

_BLANK: "Key" = ("", None, False)


def soft_keys(view: "View") -> "tuple[Key, Key, Key]":
    """The keys from left to right."""
    make = _KEYS.get(view.screen)
    return make(view) if make is not None else (_BLANK, _BLANK, _BLANK)


def _idle(view: "View") -> "tuple[Key, Key, Key]":
    if view.known()[1].check_in is not None:
        return _key(view, "Check in", "check_in"), _BLANK, _BLANK
    steps = view.known()[0]["policy"]["quickBookS"][:3]
    keys = [_book_key(view, seconds) for seconds in steps] + [_BLANK] * (3 - len(steps))
    return keys[0], keys[1], keys[2]


def _check_in(view: "View") -> "tuple[Key, Key, Key]":
    open_now = view.known()[1].check_in is not None
    return _key(view, "Check in", "check_in", open_now), _BLANK, _key(view, "Not us", "release")


def _meeting(view: "View") -> "tuple[Key, Key, Key]":
    return _key(view, "End early", "end"), _extend_key(view), _key(view, "Report", "report")


def _end_early(view: "View") -> "tuple[Key, Key, Key]":
    return _key(view, "Yes, end it", "end_confirm"), _BLANK, _key(view, "Keep it", "end_keep")


def _report_only(view: "View") -> "tuple[Key, Key, Key]":
    return _BLANK, _BLANK, _key(view, "Report", "report")


_KEYS = {
    "idle": _idle,
    "check_in": _check_in,
    "meeting": _meeting,
    "end_early": _end_early,
    "unknown": _report_only,
    "out_of_service": _report_only,
}


def _key(view: "View", label: str, action: str, enabled: bool = True) -> "Key":  # noqa: FBT001, FBT002
    if not enabled:
        return label, None, False
    return label, None if action in view.pending else action, True


def _book_key(view: "View", seconds: int) -> "Key":
    fits = view.now < _too_late_at(view, seconds) and view.offline_since is None
    return _key(view, "Book " + words.length(seconds), "book:%d" % (seconds // 60), fits)


def _too_late_at(view: "View", seconds: int) -> int:
    """From when on a walk-up of that length, pressed for now, would reach the hub too late to fit.

    It and its buffer must end before the next meeting; nothing is promised past the horizon.
    """
    state, status = view.known()
    if status.next is None:
        return state["horizonUnix"] - seconds
    return min(status.next["startUnix"] - state["policy"]["bufferS"], state["horizonUnix"]) - seconds


def next_change_at(view: "View") -> "int | None":
    """The next second at which a key can no longer be used, merely because time has passed."""
    if view.screen != "idle":
        return None
    steps = view.known()[0]["policy"]["quickBookS"][:3]
    return min([at for at in [_too_late_at(view, step) for step in steps] if at > view.now], default=None)


def _extend_key(view: "View") -> "Key":
    """Enabled when the longer meeting and its buffer end before the next, and it is not too long."""
    state, status = view.known()
    policy = state["policy"]
    if not policy["extendS"] or status.current is None:
        return _BLANK
    seconds = policy["extendS"][0]
    end = status.current["endUnix"] + seconds
    fits = end <= state["horizonUnix"] and end - status.current["startUnix"] <= policy["maxS"]
    if status.next is not None:
        fits = fits and end + policy["bufferS"] <= status.next["startUnix"]
    action = "extend:%d" % (seconds // 60)
    return _key(view, words.length(seconds) + " more", action, fits and view.offline_since is None)
