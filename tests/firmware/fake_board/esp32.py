"""MicroPython's `esp32`, as far as boards use it: a record of which pins wake."""

WAKEUP_ALL_LOW = 0
WAKEUP_ANY_HIGH = 1
wakes = []


def wake_on_ext0(pin, level):
    wakes.append(("ext0", [pin.id], level))


def wake_on_ext1(pins, level):
    wakes.append(("ext1", [pin.id for pin in pins], level))
