"""What the glass says, one table for each language but English: it stays in flash, for it would fill a twentieth of the heap.

`xx.words` has a line for each thing to say: what the screens say in English (or a problem's slug), a tab, and the same in
that language. The lines are in the order of their bytes. What a table lacks is said in English;
tests/firmware/test_languages.py finds it.
"""

LANGUAGES = ("en", "de", "fr", "es")
LONGEST = 200
"""Of a line, in bytes."""

_FOLDER = __file__.rsplit("/", 1)[0]
_NEWLINE = b"\n"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class Table:
    """Raises OSError where there is no table of that language."""

    def __init__(self, language: str) -> None:
        self._file: BinaryIO = open(_FOLDER + "/" + language + ".words", "rb")
        self._size = self._file.seek(0, 2)

    def close(self) -> None:
        self._file.close()

    def find(self, english: str) -> "str | None":
        """By halves, for the lines are in order: seven looks into the flash."""
        wanted = english.encode() + b"\t"
        low, high = 0, self._size
        while low < high:
            middle = (low + high) // 2
            at, line = self._line_from(middle)
            if line.startswith(wanted):
                return line[len(wanted) :].decode()
            if at >= high or line > wanted:
                high = middle
            else:
                low = at + len(line) + 1
        return None

    def _line_from(self, place: int) -> "tuple[int, bytes]":
        """The first line that begins there or later, and where it begins."""
        before = min(place, 1)
        self._file.seek(place - before)
        piece = self._file.read(2 * LONGEST)
        begin = piece.find(_NEWLINE) + 1 if before else 0
        return place - before + begin, piece[begin : piece.find(_NEWLINE, begin)]
