"""A board is one file here, named in `panel.json`: its pins, its driver, its keys.

Each has a class `Board` with `inputs` (firmware.inputs), `display` (firmware.drivers), `simulated`, and what
`esp32_board` says of `reset()`, `battery_mv()`, `led()`, `seconds()`, `kept()` and `deep_sleep()`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def load(name: str) -> "Any":
    """The board of that name. Raises ImportError where there is none."""
    module = __import__("firmware.boards." + name, None, None, ("Board",))
    return module.Board()
