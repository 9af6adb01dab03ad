"""Modules that are needed rarely: loaded for one use, so that in between they cost no heap."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def load(name: str) -> "Any":
    """The module of that name, anew. It goes when the caller lets go of it, so nobody should keep it or a piece of it.

    Raises ImportError, and MemoryError where there is no room for it.
    """
    package, _, leaf = name.rpartition(".")
    try:
        return __import__(name, None, None, (leaf,))
    finally:
        sys.modules.pop(name, None)
        if hasattr(sys.modules[package], leaf):
            delattr(sys.modules[package], leaf)
