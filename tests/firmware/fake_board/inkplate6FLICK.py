"""The maker's library as far as the driver uses it, with a glass that remembers."""

import framebuf

shown = []
"""What was refreshed: `("full",)` or `("partial", x, y, w, h)`."""


class _Mono(framebuf.FrameBuffer):
    def __init__(self):
        self._framebuf = bytearray(1024 * 758 // 8)
        super().__init__(self._framebuf, 1024, 758, framebuf.MONO_HMSB)

    def display(self):
        shown.append(("full",))
        _Inkplate.glass[:] = self._framebuf


class _Partial:
    def __init__(self, base):
        self._base = base
        self._framebuf = bytearray(len(base._framebuf))

    def start(self):
        self._framebuf[:] = self._base._framebuf

    def display(self, x=0, y=0, w=1024, h=758):
        """Moves the dots that differ, and only those; columns are not limited, as in the original."""
        shown.append(("partial", x, y, w, h))
        for at in range(y * 128, (y + h) * 128):
            moves = self._framebuf[at] ^ self._base._framebuf[at]
            _Inkplate.glass[at] ^= moves


class _Inkplate:
    glass = bytearray(1024 * 758 // 8)

    @classmethod
    def read_battery(cls):
        return 3.85


class Inkplate:
    INKPLATE_1BIT = 0

    def __init__(self, mode):
        assert mode == Inkplate.INKPLATE_1BIT

    def begin(self):
        self.ipm = _Mono()
        self.ipp = _Partial(self.ipm)
