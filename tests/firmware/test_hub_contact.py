"""The record of contact holds no-shows as the hub holds them, and dates what the glass shows."""

from tests.micropython import needs_micropython

pytestmark = needs_micropython

BEGIN = """
from firmware import hub_contact, ticks
from firmware.hub_contact import HubContact
passed = [0]
ticks.now_ms = lambda: passed[0]
ticks.since_ms = lambda earlier: passed[0] - earlier
NOW = 1795341600
"""


def test_contact_lasts_from_the_welcome_to_the_loss(on_micropython):
    on_micropython(
        BEGIN
        + """
contact = HubContact()
assert contact.intervals == [] and contact.last_unix is None and not contact.there
contact.heard(NOW)
contact.goes_on(NOW + 100)
contact.lost(NOW + 130)
contact.lost(NOW + 500)
assert contact.intervals == [[NOW, NOW + 130]]
contact.heard(NOW + 600)
assert HubContact().intervals == [[NOW, NOW + 130], [NOW + 600, NOW + 600]]
"""
    )


def test_a_gap_too_short_to_decide_anything_is_none(on_micropython):
    on_micropython(
        BEGIN
        + """
contact = HubContact()
contact.heard(NOW)
contact.lost(NOW + 10)
contact.heard(NOW + 69)
contact.lost(NOW + 69)
contact.heard(NOW + 130)
assert contact.intervals == [[NOW, NOW + 69], [NOW + 130, NOW + 130]]
"""
    )


def test_the_glass_says_so_after_a_grace_and_until_the_hub_is_back(on_micropython):
    on_micropython(
        BEGIN
        + """
contact = HubContact()
contact.heard(NOW)
contact.lost(NOW)
passed[0] = 4999
assert not contact.missed
passed[0] = 5000
assert contact.missed
passed[0] -= 10**9  # the ticks wrap in a long silence
assert contact.missed
contact.heard(NOW + 9)
assert not contact.missed
"""
    )


def test_a_hub_that_says_nothing_for_two_heartbeats_is_away(on_micropython):
    on_micropython(
        BEGIN
        + """
contact = HubContact()
contact.heard(NOW)
contact.goes_on(NOW + 600)
passed[0] = hub_contact.SILENCE_MS + 1
contact.goes_on(NOW + 800)
assert not contact.there and contact.last_unix == NOW + 600
"""
    )


def test_record_is_bounded_and_a_worn_one_is_empty(on_micropython):
    on_micropython(
        BEGIN
        + """
contact = HubContact()
for n in range(100):
    contact.heard(NOW + n * 1000)
assert len(contact.intervals) == hub_contact.MAX_INTERVALS
assert HubContact().intervals == contact.intervals
contact.heard(NOW)  # the clock was set back
assert contact.intervals[-1] == [NOW, NOW]
for worn in (b"", b"[", b"7", b"[[2,1],[1],7,[1.5,2]]", b"\\xff"):
    open(hub_contact.PATH, "wb").write(worn)
    assert HubContact().intervals == []
"""
    )
