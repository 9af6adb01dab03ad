"""docs/screens.md: every picture of the golden frames with a sentence. Written by `python -m tests.firmware.screens_page`."""

from __future__ import annotations

from pathlib import Path

from tests.firmware.screen_views import VIEWS

PAGE = Path(__file__).parents[2] / "docs" / "screens.md"

HEAD = """# What a panel shows

Drawn by the firmware itself: these are the golden frames that tests hold dot for dot (`tests/firmware/test_screens.py`). The page is
written by `python -m tests.firmware.screens_page`. Any room and moment: `python -m tools.preview --help`.
"""

CHAPTERS: dict[str, dict[str, str]] = {
    "Free": {
        "idle": "Free until the next meeting; the keys book it at once.",
        "idle-empty": "Nothing ahead, as far as is known.",
        "idle-12h-long": "Twelve hours with AM and PM; a long title takes the lines it needs.",
        "idle-tomorrow": "The next meeting is on another day. The clock is not set: the pointer is gone, and it is said.",
        "idle-over-midnight": "A meeting that ends tomorrow.",
        "idle-check-in-open": "The next meeting can be checked in to; the black strip says what was refused.",
        "idle-dark": "The dark theme: a free room is white on black, and a busy one black on white.",
        "idle-de": "German.",
    },
    "Waiting for check-in": {
        "check-in": "Striped until somebody checks in, and by when.",
        "check-in-never-released": "A meeting that is never released has no such time.",
        "check-in-fr": "French.",
    },
    "Busy": {
        "meeting": "Black all over: it reads down a corridor.",
        "meeting-pressed": "Pressed keys are filled until the hub has answered; what cannot be is grey.",
        "meeting-past-the-ring": "Longer than the ring, with a word that is longer than a line.",
        "meeting-over-midnight": "Twelve hours, and past midnight.",
        "meeting-little-allowed": "A room that lets a passer-by do little has few keys.",
        "meeting-private": "Private meetings: nobody reads what they are about, or whose they are.",
        "meeting-dark": "The dark theme.",
        "meeting-es": "Spanish.",
        "end-early": "Really end it?",
        "attendance": "How many are here? Asked after check-in, where the room wants to know.",
        "attendance-least": "At least one is.",
    },
    "Away from the hub": {
        "idle-on-battery": "A panel on battery sleeps in between, and says as of when its picture is.",
        "offline-idle": "Since when the hub was not heard; what only it can grant is grey.",
        "offline-check-in": "Checking in and ending wait in the panel, and are replayed.",
        "offline-meeting": "What is shown is as of then.",
        "unknown": "Past what the panel knows it is never Free.",
    },
    "Asked for by a key": {
        "report": "What is wrong? Two answers at a time.",
        "report-last": "The last two, and back.",
        "other-rooms": "Rooms nearby that can be had now.",
        "other-rooms-none": "There are none.",
        "other-rooms-asking": "Until the hub has answered.",
        "pin": "What was asked takes the room's PIN: two or three presses a digit.",
        "pin-second-press": "The second press of the right key.",
        "pin-wrong": "A wrong one.",
        "pin-asking": "While the hub looks.",
        "pin-de": "German.",
    },
    "Not in service": {
        "starting": "The hub is about to say what is true.",
        "unclaimed": "Online, at no room's door yet.",
        "claiming": "A new panel with the code to claim it by, and as a QR code.",
        "claiming-de": "German.",
        "claiming-no-hub": "Its hub does not answer.",
        "claiming-asleep": "A new panel on battery, ten minutes after the last press.",
        "setup": "A new panel without Wi-Fi opens its own, for a phone that tells it the office's.",
        "setup-de": "German.",
        "updating": "New firmware is on its way into it.",
        "updating-es": "Spanish.",
        "safe-mode": "Its firmware did not come up three times over; it waits for another (docs/updates.md).",
        "safe-mode-fr": "French.",
        "out-of-service": "Taken out of service, and why.",
    },
    "Other scripts": {
        "script-chinese": "Drawn by the hub, kept by the panel.",
        "script-japanese": "",
        "script-korean": "",
        "script-arabic": "",
        "script-hebrew": "",
        "script-hindi": "",
        "script-emoji": "",
        "script-none-yet": "Until they come, boxes; a meeting never waits for its title.",
    },
}


def page() -> str:
    said = HEAD
    for title, pictures in CHAPTERS.items():
        said += f"\n## {title}\n\n| | |\n|---|---|\n"
        cells = [_cell(name, words) for name, words in pictures.items()]
        for left, right in zip(cells[::2], [*cells[1::2], ""], strict=False):
            said += f"| {left} | {right} |\n"
    return said


def _cell(name: str, words: str) -> str:
    words = words or name.removeprefix("script-").capitalize() + "."
    return f"![{words}](../tests/firmware/golden/{name}.png) {words}"


def unsaid() -> set[str]:
    """Views that the page leaves out, or that are gone."""
    return set(VIEWS) ^ {name for pictures in CHAPTERS.values() for name in pictures}


if __name__ == "__main__":
    PAGE.write_text(page())
