"""An admin adds a webhook, keeps its secret, tries it, sees what it did not take, and sends that again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.hub.webhooks.receiver import Receiver
from tests.web.hub_process import HubProcess
from tests.web.looks import no_complaints, see


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


def test_a_webhook_is_added_tried_and_sent_again_what_it_did_not_take(
    ada: Page, hub: HubProcess, receiver: Receiver
) -> None:
    with no_complaints(ada):
        ada.goto("/admin/connections")
        expect(ada.get_by_role("heading", name="Nobody is told yet")).to_be_visible()
        ada.get_by_role("button", name="Add a webhook").click()
        dialog = ada.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Address").fill(receiver.url)
        dialog.get_by_role("textbox", name="Name").fill("Lights")
        expect(dialog.get_by_role("button", name="Add")).to_be_disabled()
        dialog.get_by_role("checkbox", name="Booked").check()
        dialog.get_by_role("checkbox", name="Issue reported").check()
        see(ada, "webhooks-dialog")
        dialog.get_by_role("button", name="Add").click()
        expect(dialog).to_have_count(0)
        secret = ada.get_by_role("textbox", name="The secret of Lights").input_value()
        see(ada, "webhooks-secret")
        ada.get_by_role("button", name="I have kept it").click()
        card = ada.get_by_role("listitem").filter(has=ada.get_by_role("heading", name="Lights"))
        card.get_by_role("button", name="Test Lights").click()
        expect(ada.get_by_text("Lights took the test.")).to_be_visible()
        assert receiver.told[0].is_signed_by(secret)
        receiver.answers = [(410, {})]
        hub.book(hub.room("Signal Box"), "Telescope time", hub.at("14:00", 1), hub.at("15:00", 1))
        expect(card).to_contain_text("it said that it is gone", timeout=20_000)
        card.get_by_text("1 message was given up").click()
        expect(card).to_contain_text("It answered 410.")
        see(ada, "webhooks-gone")
        card.get_by_role("button", name="Switch on Lights").click()
        expect(ada.get_by_text("Lights is switched on.")).to_be_visible()
        card.get_by_role("button", name="Send again: Booked").click()
        expect(card).to_contain_text("Last took something", timeout=20_000)
        expect(card.get_by_role("listitem").filter(has_text="Booked")).to_contain_text("Taken.")
        see(ada, "webhooks", picture="webhooks")
        card.get_by_role("button", name="Remove Lights").click()
        dialog.get_by_role("button", name="Remove").click()
        expect(card).to_have_count(0)
    assert [told.type for told in receiver.told] == ["ping", "booking.created", "booking.created"]
    assert receiver.told[1].id == receiver.told[2].id
