"""Firmware: what is uploaded is checked by the hub, and a rollout shows how far it is."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.web.looks import see

RELEASES: dict[str, Any] = {
    "items": [
        {"version": "0.2.0", "size": 180_000, "sha256": "0" * 64, "uploadedAt": "2026-11-23T08:00:00Z"}
    ],
    "nextCursor": None,
}
STEPS = [
    ("Oak", "panel", "done"),
    ("Elm", "floor", "done"),
    ("Ash", "floor", "offered"),
    ("Fir", "all", "waiting"),
]
ROLLOUTS: dict[str, Any] = {
    "items": [
        {
            "id": "r1",
            "version": "0.2.0",
            "status": "running",
            "reason": None,
            "soakMinutes": 10,
            "startedAt": "2026-11-23T08:10:00Z",
            "endedAt": None,
            "steps": [
                {"panelId": name, "panelName": name, "ring": ring, "status": status, "detail": None}
                for name, ring, status in STEPS
            ],
        }
    ],
    "nextCursor": None,
}


def test_a_file_that_is_no_firmware_is_refused_in_words(ada: Page) -> None:
    ada.goto("/panels/firmware")
    expect(ada.get_by_role("heading", name="No firmware yet")).to_be_visible()
    upload = ada.get_by_label("Upload a firmware")
    upload.set_input_files({"name": "x.firmware", "mimeType": "application/octet-stream", "buffer": b"x"})
    expect(ada.get_by_role("alert")).to_contain_text("firmware")


def test_a_rollout_shows_its_rings_and_is_stopped_after_one_question(ada: Page) -> None:
    """The hub's answers are stand-ins: a real rollout takes signed firmware and panels (tests/flows/test_update.py)."""
    stopped: list[str] = []
    ada.route("**/api/v1/firmware", lambda route: route.fulfill(json=RELEASES))
    ada.route("**/api/v1/firmware/rollouts", lambda route: route.fulfill(json=ROLLOUTS))
    ada.route(
        "**/rollouts/r1/stop", lambda route: (stopped.append("r1"), route.fulfill(json=ROLLOUTS["items"][0]))
    )
    ada.goto("/panels/firmware")
    rollout = ada.get_by_role("article", name="0.2.0, running")
    expect(rollout).to_contain_text("1 of 2 have it")
    rollout.get_by_text("Panel by panel").click()
    expect(rollout).to_contain_text("Ash is taking it")
    see(ada, "firmware", picture="firmware")
    ada.get_by_role("button", name="Roll out firmware 0.2.0").click()
    expect(ada.get_by_role("dialog")).to_contain_text("There is no way down")
    ada.keyboard.press("Escape")
    rollout.get_by_role("button", name="Stop it").press("Enter")
    with ada.expect_response("**/rollouts/r1/stop"):
        ada.get_by_role("dialog").get_by_role("button", name="Stop the rollout").click()
    expect(ada.get_by_role("dialog")).to_have_count(0)
    assert stopped == ["r1"]
