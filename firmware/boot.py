"""Where a board starts: picks a slot, and goes back from one that does not come up (docs/updates.md).

`slots.json` says which: `slot`, how many tries are `left` to it, the `other` to go back to, and its `state`. The
count goes down before anything of the slot is imported; the firmware sets it again once it has come up. After
three starts that came to nothing, and with no slot to go back to, the panel starts in safe mode.

No update ever replaces this file, so it is small, and needs nothing but MicroPython.
"""

import gc
import json
import os
import sys
import time

TRIES = 3


def read() -> "tuple[str, int, str | None, str]":
    """Slot, tries left, the other slot or None, state; slot a where the file does not say."""
    try:
        with open("slots.json") as file:
            found = json.load(file)
        slot, other = found["slot"], found.get("other")
        if slot in ("a", "b") and other in ("a", "b", None):
            return slot, int(found.get("left", TRIES)), other, found.get("state", "ok")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return "a", TRIES, None, "ok"


def write(slot: str, left: int, other: "str | None", state: str) -> None:
    with open("slots.json.new", "w") as file:
        json.dump({"slot": slot, "left": left, "other": other, "state": state}, file)
    os.rename("slots.json.new", "slots.json")


def pick() -> "tuple[str, bool]":
    """The slot to start, and whether only its safe mode."""
    slot, left, other, state = read()
    if left > 0:
        left -= 1
    elif other is None:
        return slot, True
    else:
        slot, left, other, state = other, TRIES - 1, None, "back"
    if state != "ok" or not _slept():  # a battery panel wakes all day long
        try:
            write(slot, left, other, state)
        except OSError as error:  # a flash that takes no more: without the count, but not without a panel
            print("boot:", error)
    return slot, False


def start() -> None:
    slot, safe = pick()
    sys.path.insert(0, slot)
    for name in ("pick", "_slept"):
        del globals()[name]  # a panel's heap is small
    gc.threshold(16384)  # type: ignore[attr-defined]  # else modules come to lie among scraps: no long piece is left
    gc.collect()
    try:
        _run("firmware.safe_mode" if safe else "firmware.main")
        _take_back()
    except KeyboardInterrupt:
        _take_back()
    except Exception as error:
        sys.print_exception(error)  # type: ignore[attr-defined]
        _note(repr(error))
        time.sleep(5)  # not in a frenzy, if it comes again
        _reset()


def _run(name: str) -> None:
    __import__(name, None, None, ("main",)).main()


def _take_back() -> None:
    """Somebody at the serial console has stopped it: that is no start that came to nothing."""
    slot, left, other, state = read()
    if left < TRIES:
        write(slot, left + 1, other, state)


def _note(reason: str) -> None:
    """Kept for the hub, once some firmware reaches it."""
    try:
        with open("why.txt", "w") as file:
            file.write(reason[:200])
    except OSError:
        pass


def _slept() -> bool:
    import machine

    try:
        return bool(machine.reset_cause() == machine.DEEPSLEEP_RESET)
    except AttributeError:
        return False


def _reset() -> None:
    import machine

    machine.reset()


if __name__ == "__main__":
    start()
