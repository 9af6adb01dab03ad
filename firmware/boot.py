"""Where a panel starts. Kept this small because an update never replaces it."""

from firmware.main import main

main()
