"""`make bench`: every measurement in turn, each against something else, with the machine it ran on.

python -m bench              all of them
python -m bench broker_storm one of them
"""

from __future__ import annotations

import importlib
import os
import platform
import sys

BENCHES = (
    "analytics",
    "broker_storm",
    "costs",
    "many_panels",
    "panel_heap",
    "power",
    "press_to_glass",
    "storm",
)


def main(names: list[str]) -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )
    for name in names or BENCHES:
        print(f"\n== {name}")
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
