"""Where a panel starts. Kept this small because an update never replaces it."""

import json
import sys

try:
    with open("/slots.json") as file:
        sys.path.insert(0, "/" + json.load(file)["slot"])
except (OSError, ValueError, KeyError):  # no board: whoever started this process said where the firmware is
    pass
from firmware.main import main

main()
