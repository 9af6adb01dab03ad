"""X.509 certificates in DER, as far as a panel looks at them itself (RFC 5280, 4.1). Loaded for a handshake."""

from firmware import flash_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    Bytes = bytes | bytearray | memoryview

_MONTH_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def keep(path: str, mark: bytes, payload: memoryview) -> None:
    """Writes `mark` and then the certificates in `payload`. Raises ValueError where one is none."""
    try:
        for der in split(payload):
            validity(der)
    except IndexError:
        raise ValueError("half a certificate") from None
    with open(flash_file.beside(path), "wb") as file:  # in two pieces: there may be no room for one
        file.write(mark)
        file.write(payload)
    flash_file.put_in_place(path)


def split(ders: memoryview) -> "list[memoryview]":
    """Certificates that follow one another. Raises ValueError or IndexError where one is not whole, or none."""
    found: list[memoryview] = []
    at = 0
    while at < len(ders):
        end = _element(ders, at)[1]
        if end > len(ders):
            raise ValueError("half a certificate")
        found.append(ders[at:end])
        at = end
    if not found:
        raise ValueError("no certificate")
    return found


def validity(der: "Bytes") -> "tuple[int, int]":
    """From when until when a certificate is good, in seconds since 1970 (RFC 5280, 4.1).

    Raises ValueError or IndexError where it is no certificate.
    """
    at = _element(der, _element(der, 0)[0])[0]
    if der[at] == 0xA0:  # the version, left out of version 1
        at = _element(der, at)[1]
    for _ in range(3):  # serial number, signature, issuer
        at = _element(der, at)[1]
    begin = _element(der, at)[0]
    end = _element(der, begin)[1]
    return _unix(der, begin), _unix(der, end) + 1


def _element(der: "Bytes", at: int) -> "tuple[int, int]":
    """Where the content of the DER element at `at` begins, and where it ends."""
    length = der[at + 1]
    at += 2
    if length & 0x80:
        size, length = length & 0x7F, 0
        if size > 2:
            raise ValueError("longer than any certificate")
        for _ in range(size):
            length = length << 8 | der[at]
            at += 1
    return at, at + length


def _unix(der: "Bytes", at: int) -> int:
    """The UTCTime or GeneralizedTime at `at`."""
    begin, end = _element(der, at)
    digits = bytes(der[begin:end]).decode()
    if der[at] == 0x17:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    year, month, day, hour, minute, second = [
        int(digits[i : i + n]) for i, n in ((0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2))
    ]
    leap = 1 if month > 2 and year % 4 == 0 and (year % 100 or year % 400 == 0) else 0
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719162
    return (days + _MONTH_DAYS[month - 1] + leap + day - 1) * 86400 + hour * 3600 + minute * 60 + second
