"""MicroPython's `machine` with nothing behind it but a record: what went over which wire, in order.

`wire` holds `[kind, ...]`: `["pin", id, value]` for an output that changed, `["spi", bytes]` for a write.
Inputs read what `levels` says of their pin, 1 where it says nothing; a value that can be called is asked each time.
"""

import sys

wire = []
levels = {}
pins = {}
slept = []

DEEPSLEEP = 4
DEEPSLEEP_RESET = 4
PWRON_RESET = 1
reset_is = PWRON_RESET


class Pin:
    IN = 0
    OUT = 1
    PULL_UP = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8

    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.id = number
        self.mode = mode
        self.handler = None
        pins[number] = self
        if mode == Pin.OUT:
            self._level = None
            self(0 if value is None else value)

    def __call__(self, level=None):
        if level is None:
            found = levels.get(self.id, 1) if self.mode != Pin.OUT else self._level
            return found() if callable(found) else found
        if level != self._level:
            wire.append(["pin", self.id, level])
        self._level = level
        return None

    def value(self, level=None):
        return self(level)

    def irq(self, handler=None, trigger=0):
        self.handler = handler

    def fall(self):
        """What a finger does."""
        levels[self.id] = 0
        if self.handler:
            self.handler(self)

    def rise(self):
        levels[self.id] = 1
        if self.handler:
            self.handler(self)


kept = bytes
"""How a recorder takes what goes over the wire; one that writes it down at once needs no copy in the heap."""


class SPI:
    def __init__(self, number, **settings):
        self.id = number
        self.settings = settings

    def write(self, data):
        wire.append(["spi", kept(data)])


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, atten=None):
        self.pin = pin

    def read_uv(self):
        return levels.get(("adc", self.pin.id), 0)


class WDT:
    def __init__(self, id=0, timeout=5000):  # noqa: A002  the name is MicroPython's
        self.timeout = timeout

    def feed(self):
        pass


class RTC:
    kept = b""

    def memory(self, data=None):
        if data is None:
            return RTC.kept
        RTC.kept = bytes(data)
        return None


def reset_cause():
    return reset_is


def deepsleep(ms):
    slept.append(ms)
    raise SystemExit


def reset():
    sys.exit(75)
