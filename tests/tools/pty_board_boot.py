# Runs under MicroPython as what a board has in ROM: _FLASH, _BLOCKS, _WIFI and _HARDWARE are put before it.
import os as _os
import sys as _sys

import vfs as _vfs

_sys.path.insert(0, _SIMULATOR)
import machine as _machine

_machine.unique_id = lambda: bytes.fromhex(_HARDWARE)

_RAW = _os.getenv("RAW")
_ERASED = b"\xff" * 64


class _FileFlash:
    """A block device in a file: erased to 0xff, block by block."""

    def __init__(self):
        try:
            self.file = open(_FLASH, "r+b")
        except OSError:
            self.file = open(_FLASH, "w+b")
            for _ in range(_BLOCKS * 64):
                self.file.write(_ERASED)

    def readblocks(self, block, piece, offset=0):
        self.file.seek(block * 4096 + offset)
        self.file.readinto(piece)

    def writeblocks(self, block, piece, offset=None):
        if offset is None:
            offset = 0
            self.ioctl(6, block)
        self.file.seek(block * 4096 + offset)
        self.file.write(piece)

    def ioctl(self, wanted, block):
        if wanted == 4:
            return _BLOCKS
        if wanted == 5:
            return 4096
        if wanted == 6:
            self.file.seek(block * 4096)
            for _ in range(64):  # in pieces: a board does this without its heap
                self.file.write(_ERASED)
        return 0


class _Station:
    """A radio on the host's network, once it was told the right words."""

    PM_NONE = 0
    now = 1000

    def __init__(self, interface):
        pass

    def active(self, on):
        return on

    def config(self, **_):
        pass

    def isconnected(self):
        return _Station.now == 1010

    def connect(self, ssid, password=None):
        known = ssid in _WIFI
        right = known and (_WIFI[ssid] or None) == password
        _Station.now = 1010 if right else 202 if known else 201

    def disconnect(self):
        _Station.now = 1000

    def status(self):
        return _Station.now


class _Network:
    STA_IF = 0
    WLAN = _Station

    def country(self, _code):
        pass


_sys.modules["network"] = _Network()
_flash = _FileFlash()
try:
    _disk = _vfs.VfsLfs2(_flash)
except OSError:
    _vfs.VfsLfs2.mkfs(_flash)
    _disk = _vfs.VfsLfs2(_flash)
_vfs.umount("/")
_vfs.mount(_disk, "/")
_os.chdir("/")
_sys.path[:] = ["", ".frozen", "/lib"]


def _run(path, names):
    try:
        with open(path) as file:
            program = compile(file.read(), path, "exec")  # keeping the text would cost heap that a board has
    except OSError:
        return True
    try:
        exec(program, names)
    except (Exception, KeyboardInterrupt) as error:
        _sys.print_exception(error)
        return False
    return True


_sys.stdout.write("\x06")
_names = {"__name__": "__main__"}  # both share them, as on a board, where nothing of ours is among them
if _run("boot.py", _names) and not _RAW:
    _run("main.py", _names)
globals().update(_names)  # what they leave behind is the REPL's, as on a board
_names.clear()
