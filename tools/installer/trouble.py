"""Everything that can go wrong on the way from a blank board to "online", each with what to do next.

docs/installing.md carries the same sentences; `python -m tools.installer.trouble` prints them as its table.
"""

from __future__ import annotations

from typing import NamedTuple


class Trouble(NamedTuple):
    """`says` is what is wrong, `do` what to do next; both are whole sentences."""

    says: str
    do: str


TROUBLES: dict[str, Trouble] = {
    # The port
    "no-port": Trouble(
        "No board is plugged in.",
        "Plug it in with a cable that carries data, not only power, or name its port with --port.",
    ),
    "several-ports": Trouble(
        "More than one board is plugged in.", "Name the one that is meant with --port, or unplug the others."
    ),
    "no-permission": Trouble(
        "This user may not open the port.",
        "On Linux: `sudo usermod -aG dialout $USER`, then log out and in again.",
    ),
    "port-busy": Trouble(
        "Another program holds the port.",
        "Close the serial monitor or the other `circletime flash`, and repeat.",
    ),
    "cable-pulled": Trouble(
        "The board went away half way.",
        "Plug it in again, straight into the computer, and repeat the same command: it goes on from there.",
    ),
    # The chip and its MicroPython
    "bootloader-silent": Trouble(
        "The chip does not answer.",
        "Hold BOOT, press and release RESET, let go of BOOT, and repeat the same command.",
    ),
    "wrong-chip": Trouble(
        "The chip is not the one of this board.",
        "Look at what is printed on the board, and name it with --board; "
        "give --micropython the file for its chip.",
    ),
    "which-board": Trouble("It is not clear which board this is.", "Name it with --board."),
    "no-micropython": Trouble(
        "The board has no MicroPython that answers.",
        "Download the .bin file for its chip from https://micropython.org/download/, and repeat with "
        "--micropython FILE --sha256 HEX.",
    ),
    "micropython-too-old": Trouble(
        "The MicroPython on the board is not one that the firmware runs on.",
        "Download the .bin file for its chip from https://micropython.org/download/, and repeat with "
        "--micropython FILE --sha256 HEX.",
    ),
    "wrong-sha256": Trouble(
        "The MicroPython file is not the one that was meant: its SHA-256 differs.",
        "Download it again, and copy the SHA-256 from the same place.",
    ),
    "not-a-firmware": Trouble(
        "The MicroPython file is not a firmware image.",
        "Give --micropython the .bin file, not the .uf2, .elf or .app-bin.",
    ),
    "no-library": Trouble(
        "The board needs its maker's library.",
        "Fetch it once (docs/boards.md says from where), and name its folder with --library.",
    ),
    "write-failed": Trouble(
        "MicroPython could not be written.",
        "Repeat the same command; if it fails again, try another cable and `--erase`.",
    ),
    # The files
    "flash-full": Trouble(
        "The board's flash is full.",
        "Repeat with --erase, which empties the board first and needs --micropython.",
    ),
    "copy-damaged": Trouble(
        "A file arrived damaged.", "Repeat the same command; if it fails again, try another cable."
    ),
    "board-fails": Trouble(
        "The board answered with an error.",
        "Repeat the same command; if it fails again, repeat with --erase, and report what was said.",
    ),
    # The network
    "wifi-unknown": Trouble(
        "The board does not see this Wi-Fi.",
        "Check the name, and that it is sent out on 2.4 GHz, which is all that the board hears; hold it nearer.",
    ),
    "wifi-password": Trouble(
        "The Wi-Fi refuses the password.",
        "Repeat with the right CIRCLETIME_WIFI_PASSWORD.",
    ),
    "wifi-security": Trouble(
        "The Wi-Fi wants a security that the board does not have.",
        "Use a network with a password of its own (WPA2 or WPA3 Personal): one that asks for a user name too "
        "(WPA-Enterprise) does not work.",
    ),
    "wifi-no-address": Trouble(
        "The board did not get onto the Wi-Fi in time.",
        "Hold it nearer to the access point, and check that the network gives out addresses (DHCP).",
    ),
    "no-wifi-name": Trouble("There is no Wi-Fi to join.", "Name it with --wifi, or in CIRCLETIME_WIFI."),
    "no-wifi-password": Trouble(
        "There is no Wi-Fi password.",
        "Set CIRCLETIME_WIFI_PASSWORD (empty for an open network), or run this in a terminal to be asked.",
    ),
    "hub-loopback": Trouble(
        "The hub gives panels an address that only this computer knows.",
        "Give `circletime serve` the address that panels shall use (--mqtt-host), or say it with --mqtt-host here.",
    ),
    "hub-unreachable-from-board": Trouble(
        "The board is on the Wi-Fi but can't reach the hub.",
        "Check that the hub listens for panels on that address, and that no firewall stands between the two.",
    ),
    "certificate-wrong": Trouble(
        "The board does not trust the hub's certificate.",
        "Check that the hub's name is in its certificate, and that it is signed by the CA that was given.",
    ),
    "never-online": Trouble(
        "All is on the board, but the hub has not seen it online.",
        "Look at the glass: it says what is missing. Repeat the same command once that is mended.",
    ),
    "hub-address": Trouble(
        "This is no address of a hub.",
        "Give --hub the address that browsers use, with http:// or https:// before it.",
    ),
    "hub-ca": Trouble(
        "There is no CA to check the hub by.",
        "Give --hub-ca the certificate (PEM) of the CA that signed what the hub's address shows over https.",
    ),
    # The hub
    "hub-unreachable": Trouble(
        "The hub does not answer.",
        "Start it, or give its address with --hub; --no-hub copies the firmware only.",
    ),
    "no-login": Trouble(
        "There is nobody to log in to the hub as.",
        "Set CIRCLETIME_EMAIL and CIRCLETIME_PASSWORD, or CIRCLETIME_TOKEN, to a manager's or an admin's.",
    ),
    "login-refused": Trouble(
        "The hub refuses the login.",
        "Check CIRCLETIME_EMAIL and CIRCLETIME_PASSWORD, or CIRCLETIME_TOKEN; it takes a manager or an admin.",
    ),
    "hub-refuses": Trouble("The hub refuses this panel.", "Do as it says, and repeat the same command."),
    "no-such-room": Trouble(
        "The hub has no such room.",
        "Correct its name, or add it in the web app, and repeat the same command.",
    ),
    "which-room": Trouble(
        "More than one room has this name.", "Say the building too: --room 'BUILDING / NAME'."
    ),
    "panel-elsewhere": Trouble(
        "This board is the panel of another room.",
        "If it shall move, repeat with --move; if not, take another board.",
    ),
    "bad-csv": Trouble(
        "The list of rooms can't be used.",
        "It is a CSV file with a line `room,name,board` at its top and one panel a line; only `room` must be filled.",
    ),
}


class InstallFailed(Exception):
    """Raised when a board can't be finished. `slug` is a key of TROUBLES; `detail` is of this one case."""

    def __init__(self, slug: str, detail: str = "") -> None:
        self.slug, self.detail = slug, detail
        super().__init__(" ".join(part for part in (self.says, detail, self.do) if part))

    @property
    def says(self) -> str:
        return TROUBLES[self.slug].says

    @property
    def do(self) -> str:
        return TROUBLES[self.slug].do


def table() -> str:
    """The table of docs/installing.md."""
    rows = [f"| {one.says} | {one.do} |\n" for one in TROUBLES.values()]
    return "| it says | do this |\n|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    print(table(), end="")
