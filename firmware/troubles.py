"""What can be wrong between a panel and its hub, as numbers on the glass: docs/errors.md says what each means.

A number never changes its meaning.
"""

NO_WIFI = 11
NO_NETWORK = 21
NAME_UNKNOWN = 22
NOBODY_LISTENS = 23
NO_ANSWER = 24
HUB_REFUSES = 31
BROKER_REFUSES = 32
HUB_SILENT = 33
CERTIFICATE_REFUSED = 34
NOT_UNDERSTOOD = 41
NO_MEMORY = 42
FLASH_FULL = 43
CLOCK_NOT_SET = 51
SAFE_MODE = 61

_BY_ERRNO = {
    101: NO_NETWORK,
    113: NO_NETWORK,
    118: NO_NETWORK,
    -2: NAME_UNKNOWN,
    -3: NAME_UNKNOWN,
    -5: NAME_UNKNOWN,
    -6: NAME_UNKNOWN,
    202: NAME_UNKNOWN,
    104: NOBODY_LISTENS,
    111: NOBODY_LISTENS,
    110: NO_ANSWER,
    116: NO_ANSWER,
    5: FLASH_FULL,
    27: FLASH_FULL,
    28: FLASH_FULL,
    30: FLASH_FULL,
}
"""By what the socket or the flash says; lwIP's on a board, and Linux's. Names that are not found are negative, or 202 on a board."""


def number_of(error: Exception) -> int:
    """The number for what ended an attempt to reach the hub."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if isinstance(error, ValueError):
        return NOT_UNDERSTOOD
    if isinstance(error, OSError):
        reason: object = error.args[0] if error.args else None
        return NO_WIFI if isinstance(reason, str) else _BY_ERRNO.get(reason, NO_ANSWER)  # type: ignore[call-overload]
    said = str(error)
    if said.startswith("refused"):
        return BROKER_REFUSES
    if "certificate" in said:
        return CERTIFICATE_REFUSED
    return HUB_SILENT if said else NO_ANSWER
