"""Power is cut at every erase and every write of a LittleFS: each file is whole and old, or whole and new."""

from tests.firmware.failing_flash import failing_flash
from tests.micropython import needs_micropython

pytestmark = needs_micropython

CUT = (
    """
import errno, os, vfs
from firmware import flash_file

"""
    + failing_flash(16)
    + """
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
)


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
