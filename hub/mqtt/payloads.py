"""What every payload has to be besides what `shared` checks."""

from __future__ import annotations

import json
from typing import TypeVar

Message = TypeVar("Message")


def storable(message: Message) -> Message:
    """The message, if its texts are Unicode: JSON can name halves of characters that no database takes.

    Raises ValueError.
    """
    json.dumps(message, ensure_ascii=False).encode()
    return message
