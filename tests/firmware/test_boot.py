"""boot.py: which slot starts, whatever came of the starts before."""

import pytest

from tests.micropython import needs_micropython

pytestmark = needs_micropython

HERE = """
import json, os, sys
sys.path.append({root!r} + "/firmware")
import boot

def says(**told):
    with open("slots.json", "w") as file:
        json.dump(told, file)

def picks(slot, safe=False, **kept):
    assert boot.pick() == (slot, safe), (boot.read(), slot, safe)
    for name, value in kept.items():
        assert dict(zip(("slot", "left", "other", "state"), boot.read()))[name] == value, boot.read()
"""


@pytest.fixture
def boot(on_micropython):
    from tests.micropython import ROOT

    return lambda script: on_micropython(HERE.format(root=str(ROOT)) + script)


def test_first_slot_starts_where_nobody_said_anything(boot):
    boot("picks('a', left=2, state='ok')")


def test_slot_that_the_installer_names_starts(boot):
    boot("says(slot='b'); picks('b', left=2, other=None, state='ok')")


def test_new_firmware_gets_three_starts_and_then_the_one_before_comes_back(boot):
    boot(
        """
says(slot="b", left=3, other="a", state="new")
for left in (2, 1, 0):
    picks("b", left=left, state="new")
picks("a", left=2, other=None, state="back")
picks("a", left=1)
picks("a", left=0)
picks("a", safe=True)
picks("a", safe=True)
"""
    )


def test_firmware_that_came_up_has_its_three_starts_again(boot):
    boot(
        """
from firmware.slots import Slots
says(slot="b", left=3, other="a", state="new")
picks("b", left=2)
there = Slots()
assert not there.came_up(False)
assert there.came_up(True)
assert boot.read() == ("b", 3, "a", "ok"), boot.read()
picks("b", left=2, other="a", state="ok")
assert Slots().came_up(False)
assert boot.read() == ("b", 3, "a", "ok")
"""
    )


def test_firmware_that_was_good_goes_back_too_once_it_fails_three_times(boot):
    boot(
        """
says(slot="b", left=3, other="a", state="ok")
for _ in range(3):
    picks("b")
picks("a", state="back", other=None)
"""
    )


def test_file_that_makes_no_sense_is_as_none(boot):
    boot(
        """
for junk in ("", "{", "[]", "7", '{"slot": "c"}', '{"slot": "a", "other": "x"}', '{"slot": "a", "left": []}',
             '{"slot": null}', '{"left": 3}', "\\x00" * 50):
    with open("slots.json", "w") as file:
        file.write(junk)
    picks("a", left=2)
"""
    )


def test_full_flash_costs_the_count_and_not_the_panel(boot):
    boot(
        """
def full(*words):
    raise OSError(28)
boot.write = full
assert boot.pick() == ("a", False)
"""
    )


def test_waking_from_a_sleep_costs_no_count_and_no_flash(boot):
    boot(
        """
import machine
machine.DEEPSLEEP_RESET, machine.reset_cause = 4, lambda: 4
assert boot.pick() == ("a", False)
assert "slots.json" not in os.listdir()
says(slot="b", left=3, other="a", state="new")
picks("b", left=2)
"""
    )
