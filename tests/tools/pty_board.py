"""A board without a board: the real MicroPython on a pseudo-terminal, with a LittleFS in a file for its flash.

It does what matters of an ESP32: `boot.py` and `main.py` run at a reset, Ctrl-D resets softly, `machine.reset`
wholly, the file system survives all of it. The cable can be pulled after any number of bytes, and since the
cable is its power too, the interpreter dies at that byte.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import threading
import tty
from contextlib import suppress
from pathlib import Path

from tests.micropython import HEAP, MICROPYTHON, ROOT

FIRMWARE_OF_A_BOARD = Path(__file__).with_name("pty_board_boot.py")
WIFI = {"Meadow": "seven dwarfs"}
HARDWARE = "a0b1c2d3e4f5"
RESET_STATUS = 75
STARTED = b"\x06"
"""What pty_board_boot.py says when the flash is mounted and the board's own program starts."""


class PtyBoard:
    """`port` is where it is plugged in; another one each time it is."""

    def __init__(
        self, folder: Path, wifi: dict[str, str] = WIFI, hardware: str = HARDWARE, blocks: int = 512
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.flash = folder / "flash.img"
        self._program = folder / "boot_rom.py"
        facts = {
            "_FLASH": str(self.flash),
            "_BLOCKS": blocks,
            "_WIFI": wifi,
            "_HARDWARE": hardware,
            "_SIMULATOR": str(ROOT / "firmware/simulator"),
        }
        head = "".join(f"{name} = {value!r}\n" for name, value in facts.items())
        self._program.write_text(head + FIRMWARE_OF_A_BOARD.read_text())
        self.port = ""
        self._plug: int | None = None
        self.passed = 0
        """Bytes that went through the cable since it was plugged in, both ways."""
        self._pull_after: int | None = None
        self.console = bytearray()
        """All that the board printed since it was plugged in."""

    def plug(self, pull_after: int | None = None) -> PtyBoard:
        self.passed, self._pull_after = 0, pull_after
        self.console.clear()
        self._let_go()
        self._outer, self._plug = pty.openpty()
        tty.setraw(self._outer)
        tty.setraw(self._plug)
        self.port = os.ttyname(self._plug)
        self._wake, self._waker = os.pipe()
        self._raw = False
        self._spawn()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def _let_go(self) -> None:
        """Holding the pulled plug keeps its name from going to a terminal of somebody else."""
        if self._plug is not None:
            os.close(self._plug)
        self._plug = None

    def __del__(self) -> None:
        self._let_go()

    def pull(self) -> None:
        """As if somebody tripped over the cable. Harmless for one that is pulled."""
        with suppress(OSError):
            if self._thread.is_alive():
                os.write(self._waker, b"x")
        self._thread.join(10)

    def _spawn(self) -> None:
        assert MICROPYTHON
        self._inner, terminal = pty.openpty()
        _only_interrupts(terminal)
        # A session leader that opens a terminal controls it: so Ctrl-C reaches what runs there.
        opening = ["sh", "-c", 'exec "$@" <>"$0" >&0 2>&0', os.ttyname(terminal)]
        self._child = subprocess.Popen(
            [*opening, MICROPYTHON, "-X", f"heapsize={HEAP}", "-i", str(self._program)],
            env={"RAW": "1" if self._raw else "", "TERM": "dumb", "PATH": os.defpath},
            start_new_session=True,
        )
        self._opening = terminal  # ours until the board has it open: a terminal that nobody holds goes away
        self._starting = True

    def _serve(self) -> None:
        with suppress(OSError):
            while self._step():
                pass
        self._child.kill()
        self._child.wait()
        if self._starting:
            os.close(self._opening)
        for end in (self._inner, self._outer, self._wake, self._waker):
            os.close(end)

    def _step(self) -> bool:
        """False once the cable is out."""
        listening = [] if self._starting else [self._outer]
        ready, _, _ = select.select([self._inner, self._wake, *listening], [], [])
        if self._wake in ready:
            return False
        if self._outer in ready:
            sent = self._through(os.read(self._outer, 1024))
            for byte in sent:
                self._raw = byte == 1 or (self._raw and byte != 2)
            os.write(self._inner, sent)
        if self._inner in ready:
            self._answer()
        return self._pull_after is None or self.passed < self._pull_after

    def _answer(self) -> None:
        try:
            said = os.read(self._inner, 1024)
        except OSError:
            said = b""
        if not said:
            return self._rebooted()
        if self._starting:
            said = self._started(said)
        self.console += said
        os.write(self._outer, self._through(said))
        return None

    def _started(self, said: bytes) -> bytes:
        """What a board says before its program starts stays in the board; what is sent to it then waits."""
        _, started, rest = said.partition(STARTED)
        self._starting = not started
        if started:
            os.close(self._opening)
        if started and self._raw:
            os.write(self._inner, b"\x01")
        return rest

    def _through(self, data: bytes) -> bytes:
        room = len(data) if self._pull_after is None else max(0, self._pull_after - self.passed)
        self.passed += len(data[:room])
        return data[:room]

    def _rebooted(self) -> None:
        os.close(self._inner)
        if self._child.wait() == RESET_STATUS:
            self._raw = False
        else:
            os.write(self._outer, b"MPY: soft reboot\r\n")
        self._spawn()


def _only_interrupts(terminal: int) -> None:
    """Raw, but Ctrl-C still interrupts what runs, as a board's serial port does."""
    tty.setraw(terminal)
    modes = termios.tcgetattr(terminal)
    modes[3] |= termios.ISIG
    for key in (termios.VQUIT, termios.VSUSP):
        modes[6][key] = b"\0"
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
