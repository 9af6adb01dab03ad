"""Power is cut at every erase and every write of a LittleFS: each file is whole and old, or whole and new."""

from tests.firmware.failing_flash import failing_flash
from tests.micropython import ROOT, needs_micropython

pytestmark = needs_micropython

HEAD = """
import errno, os, sys, vfs
from firmware import flash_file

"""

CUT = """
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
    on_micropython(HEAD + failing_flash(16) + CUT)


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


UPDATE = """
import hashlib, json
sys.path.append({root!r} + "/firmware")
import boot
from firmware import updater, update_offer, http_download
from firmware.slots import Slots

def bundle(files):
    return b"".join([bytes((len(path),)) + path.encode() + len(body).to_bytes(4, "big") + body
                     for path, body in files]) + b"\\0"

OLD = [("firmware/main.py", b"o" * 700), ("shared/topics.py", b"")]
GONE = [("firmware/main.py", b"g" * 300), ("firmware/gone.py", b"g" * 300)]
NEW = [("firmware/main.py", b"n" * 900), ("firmware/screens/idle.py", b"i" * 2500), ("shared/topics.py", b"t")]
BUNDLE = bundle(NEW)
OFFER = {{"id": "s", "version": "9.0", "url": "http://h/", "size": len(BUNDLE), "signature": "",
         "sha256": hashlib.sha256(BUNDLE).digest().hex()}}

def fetch(url, size, take):
    for at in range(0, size, 1024):
        take(memoryview(BUNDLE)[at : at + 1024])
http_download.fetch = fetch
updater.DOWNLOADS = 1

def fill(slot, files):
    from firmware.firmware_bundle import Unpacker
    one = Unpacker(slot)
    one.feed(bundle(files))

def holds(slot, files):
    try:
        return all([flash_file.size(slot + "/" + p) == len(b) and open(slot + "/" + p, "rb").read() == b
                    for p, b in files])
    except OSError:
        return False

def life():
    boot.pick()
    there = Slots()
    update_offer.settle(there)
    flash_file.replace(update_offer.FILE, json.dumps({{"offer": OFFER, "begun": 0}}))
    updater.bring(update_offer.begin(), there, int)
    assert boot.pick() == ("b", False)
    there = Slots()
    update_offer.settle(there)
    there.came_up(True)

def mounted(flash):  # kept: a file that a cut left open is closed at some later time, and has to find it
    file_system = vfs.VfsLfs2(flash)
    vfs.mount(file_system, "/m")
    os.chdir("/m")
    kept.append(file_system)

def unmounted(flash):
    os.chdir("/")
    flash.dead = True
    try:
        vfs.umount("/m")
    except OSError:
        pass

kept, cuts, whole, started = [], 0, False, {{"a": 0, "b": 0}}
while not whole:
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    mounted(flash)
    fill("a", OLD)
    fill("b", GONE)
    boot.write("a", 3, "b", "ok")
    flash.left = cuts
    try:
        life()
    except OSError:
        pass
    whole, cuts = not flash.dead, cuts + 1
    unmounted(flash)
    flash = Flash(erased=False)
    mounted(flash)
    slot, safe = boot.pick()
    assert not safe, cuts
    assert holds(slot, OLD if slot == "a" else NEW), (cuts, slot)
    started[slot] += 1
    _, _, other, _ = boot.read()
    assert other is None or holds(other, OLD if other == "a" else GONE), (cuts, other)
    there = Slots()  # and from there the update still goes through, whatever lies about
    update_offer.settle(there)
    there.came_up(True)
    if slot == "a":
        updater.bring(OFFER, there, int)
        assert boot.pick() == ("b", False) and holds("b", NEW), cuts
    unmounted(flash)
assert started["a"] > 20 and started["b"] > 2, started
"""


def test_update_cut_anywhere_leaves_a_slot_that_starts_and_can_be_made_again(on_micropython):
    script = HEAD + failing_flash(24) + UPDATE.format(root=str(ROOT))
    on_micropython(script, heap="8M")  # what is tested is the flash
