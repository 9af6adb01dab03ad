"""How long a random test looks: briefly in `make test`, and on and on in `make soak`."""

import os

SOAK = int(os.environ.get("CIRCLETIME_SOAK", "0"))


def examples(few: int) -> int:
    """How many times as many is CIRCLETIME_SOAK's to say."""
    return few * max(1, SOAK)
