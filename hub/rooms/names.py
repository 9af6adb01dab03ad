"""Names of buildings, floors, rooms and amenities: what one may be, and how it is found."""

from __future__ import annotations

import unicodedata

from hub.errors import Conflict, Refused

LONGEST = 255
_STROKED = str.maketrans("øłđħŧıæœ", "oldhtiao")
"""Letters that Unicode takes for letters of their own, and people type without the stroke."""


def folded(words: str) -> str:
    """The words without case and accents: `Café Øst` and `cafe ost` are found by each other."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_STROKED)


def named(name: str) -> str:
    """The name without blanks around it. Raises Refused where nothing is left, or too much."""
    if not 0 < len(name.strip()) <= LONGEST:
        raise Refused("bad-name", "This name cannot be used", f"A name has 1 to {LONGEST} characters.")
    return name.strip()


def name_taken(what: str, name: str) -> Conflict:
    return Conflict("name-taken", "This name is taken", f"There is a {what} called {name!r} here already.")
