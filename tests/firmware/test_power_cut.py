"""Power is cut at every erase and every write of a LittleFS: each file is whole and old, or whole and new."""

from tests.micropython import needs_micropython

pytestmark = needs_micropython

CUT = """
import errno, os, vfs
from firmware import flash_file

BYTES, ERASED = bytearray(16 * 4096), b"\\xff" * 4096

class Flash:
    '''Flash memory whose power fails at its `left`-th operation, which it leaves half done.'''
    def __init__(self):
        self.bytes, self.left, self.dead = BYTES, -1, False
        for block in range(16):
            BYTES[block * 4096 : (block + 1) * 4096] = ERASED
    def operate(self, at, content):
        if self.dead:
            return -errno.EIO
        if self.left == 0:
            content, self.dead = content[: len(content) // 2], True
        self.left -= 1
        self.bytes[at : at + len(content)] = content
        return -errno.EIO if self.dead else 0
    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = memoryview(self.bytes)[at : at + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        return self.operate(block * 4096 + offset, bytes(buffer))
    def ioctl(self, operation, block):
        if operation == 6:
            return self.operate(block * 4096, ERASED)
        return {4: 16, 5: 4096}.get(operation, 0)

OLD, NEW = b"o" * 2000, b"n" * 2500
found, cuts, whole = set(), 0, False
while not whole:
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/m")
    flash_file.replace("/m/file", OLD)
    flash.left = cuts
    try:
        flash_file.replace("/m/file", NEW)
    except OSError:
        pass
    try:
        vfs.umount("/m")
    except OSError:
        pass
    whole, cuts = not flash.dead, cuts + 1
    flash.dead, flash.left = False, -1
    vfs.mount(vfs.VfsLfs2(flash), "/m")
    content = flash_file.read("/m/file", 4096)
    assert content in (OLD, NEW), (cuts, len(content))
    found.add(content)
    flash_file.replace("/m/file", NEW)
    assert flash_file.read("/m/file", 4096) == NEW
    vfs.umount("/m")
assert found == {OLD, NEW} and cuts > 5, cuts
"""


def test_a_file_is_old_or_new_wherever_the_power_is_cut(on_micropython):
    on_micropython(CUT)


def test_every_half_of_a_next_file_leaves_the_last_one(on_micropython):
    on_micropython(
        """
from firmware import flash_file
flash_file.replace("file", "old")
for cut in range(4):
    with open("file.new", "w") as beside:
        beside.write("new"[:cut])
    assert flash_file.read("file", 100) == b"old"
"""
    )
