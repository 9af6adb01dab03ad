"""docs/errors.md: what each number on a panel's glass means. Written by `python -m tests.firmware.errors_page`."""

from __future__ import annotations

from pathlib import Path

from firmware import troubles

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors.md"

HEAD = """# Numbers on the glass

A panel without its hub says so in a black strip, with a number: `No link since 09:12  E23`. What it shows of meetings
is as of then. It goes on trying by itself, at most half a minute apart. The console on its USB cable says more.
Written by `python -m tests.firmware.errors_page`; the numbers stand in `firmware/troubles.py`, and never change their meaning.

| number | what it means | what to do |
|---|---|---|
"""

MEANING = {
    "NO_WIFI": (
        "It has no Wi-Fi: no access point of that name, a wrong password, or too faint.",
        "Look at the access point. After a change of password, `circletime flash` gives the panel the new one; how well it hears is in the web app's panel list.",
    ),
    "NO_NETWORK": (
        "It is on the Wi-Fi, and no way leads to the hub.",
        "Check the network's gateway, and that panels may reach the hub's network.",
    ),
    "NAME_UNKNOWN": (
        "The hub's name is not found.",
        "Check that the network's DNS knows the name that `--mqtt-host` gave.",
    ),
    "NOBODY_LISTENS": (
        "The hub's machine answers, but nothing listens there.",
        "Start `circletime serve`, with the port that panels use; look whether a firewall turns them away.",
    ),
    "NO_ANSWER": (
        "Nothing comes back.",
        "Is the machine on, and its address still the same? A firewall that drops packets looks like this too.",
    ),
    "HUB_REFUSES": (
        "The hub does not let a new panel enrol; the glass says why.",
        "Do as it says. After too many tries it asks again by itself.",
    ),
    "BROKER_REFUSES": (
        "The hub does not know this panel, or its secret.",
        "It was revoked or replaced: run `circletime flash` for it, or give it a room anew.",
    ),
    "HUB_SILENT": (
        "The link is there or just went, and the hub says nothing.",
        "The hub is restarting, or hangs: look at its log. With an outside broker, the hub may be down while the broker is up.",
    ),
    "CERTIFICATE_REFUSED": (
        "The hub's certificate is not of the CA that this panel trusts, not for the name by which it looks, or out of its time.",
        "Look at `circletime tls show` and `--mqtts-name`. Where the hub has another CA, run `circletime flash` for the panel.",
    ),
    "NOT_UNDERSTOOD": (
        "What answers is no hub.",
        "Check the address: another program may have the port, or a sign-in page of the network answers.",
    ),
    "NO_MEMORY": (
        "The panel had no room in its memory.",
        "It starts anew by itself. If it comes back, tell us, with what the console said.",
    ),
    "FLASH_FULL": (
        "Its flash takes nothing more, so it cannot keep what the hub says.",
        "It tries again by itself. If it stays, run `circletime flash --erase` for the panel. If it comes back after that, the flash is worn out.",
    ),
    "CLOCK_NOT_SET": (
        "Its clock was not set by the hub for a day: times may be off by some seconds, or unknown.",
        "It is set at the next contact.",
    ),
    "SAFE_MODE": (
        "Its firmware did not come up three times, and there was none to go back to. The glass says so in words; this number is on the console, with the reason.",
        "Roll a newer firmware out: it still takes one. Or run `circletime flash` for it, which begins its tries anew. Once an hour it tries by itself.",
    ),
}


def page() -> str:
    numbers = {
        name: value for name, value in vars(troubles).items() if name.isupper() and isinstance(value, int)
    }
    rows = [
        f"| E{number} | {' | '.join(MEANING[name])} |\n"
        for name, number in sorted(numbers.items(), key=lambda n: n[1])
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page())
