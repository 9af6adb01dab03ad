"""What the installer wrote: a worn flash does not take it from the panel, wherever the damage is."""

import json

import pytest

from tests.micropython import needs_micropython

pytestmark = needs_micropython

TOLD = {"panelId": "p1", "secret": "s3cret", "mqttHost": "10.0.0.2", "mqttPort": 1883, "board": "simulator"}

BEGIN = f"""
import os
from firmware.panel_config import COPY, INSTALLED, PanelConfig

WHOLE = {json.dumps(TOLD).encode()}

def store(path, content):
    with open(path, "wb") as file:
        file.write(content)

def stored(path):
    with open(path, "rb") as file:
        return file.read()

def is_itself():
    found = PanelConfig()
    assert (found.panel_id, found.secret, found.mqtt_port) == ("p1", "s3cret", 1883)
    assert stored(INSTALLED) == stored(COPY) == WHOLE

store(INSTALLED, WHOLE)
is_itself()
"""


def test_whichever_of_the_two_files_is_damaged_is_mended_from_the_other(on_micropython):
    on_micropython(
        BEGIN
        + """
for path in INSTALLED, COPY:
    for length in range(len(WHOLE)):
        store(path, WHOLE[:length])
        is_itself()
    for damaged in b"", b"\\xff" * len(WHOLE), b"\\x00" * 4096, b"x" * 9000, b"[]", b"{}", b'{"board": 7}', b"{" * 4000:
        store(path, damaged)
        is_itself()
    os.remove(path)
    is_itself()
"""
    )


def test_what_the_installer_writes_anew_counts(on_micropython):
    on_micropython(
        BEGIN
        + """
store(INSTALLED, WHOLE.replace(b"10.0.0.2", b"10.0.0.3"))
assert PanelConfig().mqtt_host == "10.0.0.3"
store(INSTALLED, b"")
assert PanelConfig().mqtt_host == "10.0.0.3"
"""
    )


@pytest.mark.parametrize("left", [b"", b"{}", b'{"board": "../x"}'])
def test_without_either_it_is_no_panel(on_micropython, left):
    on_micropython(
        BEGIN
        + f"""
store(INSTALLED, {left!r})
store(COPY, {left!r})
try:
    PanelConfig()
except ValueError:
    pass
else:
    raise AssertionError("it believes it")
"""
    )


def test_a_full_flash_takes_no_copy_and_no_more(on_micropython):
    on_micropython(
        BEGIN
        + """
from firmware import flash_file

def full(path, content):
    raise OSError(28)

os.remove(COPY)
flash_file.replace = full
assert PanelConfig().panel_id == "p1"
"""
    )
