"""esptool's part, by the real esptool, at a boot loader that is a fake: see fake_chip.py."""

import hashlib
import random

import pytest

from tests.tools.fake_chip import FakeChip
from tools.installer import bootloader
from tools.installer.bootloader import Chip, Image
from tools.installer.trouble import InstallFailed

S3 = Chip("ESP32-S3", "a0b1c2d3e4f5")


def image(tmp_path, chip_id=9, size=60_000):
    path = tmp_path / "micropython.bin"
    content = bytearray(random.Random(3).randbytes(size // 2) + bytes(size - size // 2))
    content[0], content[12:14] = 0xE9, chip_id.to_bytes(2, "little")
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


@pytest.fixture
def make_chip():
    made = []

    def make(**how):
        made.append(FakeChip(**how))
        return made[-1]

    yield make
    for chip in made:
        chip.pull()


def test_chip_and_its_number_are_read(make_chip):
    assert bootloader.detect(make_chip().port) == S3


def test_micropython_is_written_where_the_chip_starts_and_the_way_is_told(make_chip, tmp_path):
    path, sha256 = image(tmp_path)
    chip, shares = make_chip(), []
    bootloader.write(chip.port, S3, Image.read(path, sha256), shares.append, erase=False)
    assert chip.flash[: path.stat().st_size] == path.read_bytes()
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_erase_empties_the_board_first(make_chip, tmp_path):
    path, sha256 = image(tmp_path)
    chip = make_chip()
    chip.flash[5_000_000] = 0
    bootloader.write(chip.port, S3, Image.read(path, sha256), lambda _: None, erase=True)
    assert chip.flash[5_000_000] == 0xFF


def test_image_for_another_chip_is_refused_before_anything_is_written(make_chip, tmp_path):
    path, sha256 = image(tmp_path, chip_id=0)
    chip = make_chip()
    with pytest.raises(InstallFailed, match=r"ESP32-S3; micropython\.bin is for the ESP32\."):
        bootloader.write(chip.port, S3, Image.read(path, sha256), lambda _: None, erase=False)
    assert not chip.heard


def test_file_that_is_not_the_one_that_was_meant_is_refused(tmp_path):
    path, _ = image(tmp_path)
    with pytest.raises(InstallFailed, match="SHA-256 differs"):
        Image.read(path, "0" * 64)


def test_file_that_is_no_firmware_is_refused(tmp_path):
    (tmp_path / "micropython.bin").write_bytes(b"UF2\n" + bytes(100))
    for path in (tmp_path / "micropython.bin", tmp_path / "missing.bin", tmp_path):
        with pytest.raises(InstallFailed, match="not a firmware image"):
            Image.read(path, None)


def test_chip_that_does_not_answer_asks_for_boot_to_be_held(make_chip):
    with pytest.raises(InstallFailed, match="Hold BOOT"):
        bootloader.detect(make_chip(deaf=True).port)


@pytest.mark.parametrize("after", [9_000, 20_000, 35_000])
def test_cable_pulled_while_writing_says_so_and_a_repeat_ends_right(make_chip, tmp_path, after):
    path, sha256 = image(tmp_path)
    pulled = make_chip(pull_after=after)
    with pytest.raises(InstallFailed, match=r"went away half way|nothing at"):
        bootloader.write(pulled.port, S3, Image.read(path, sha256), lambda _: None, erase=False)
    again = make_chip()
    again.flash[:] = pulled.flash
    bootloader.write(again.port, S3, Image.read(path, sha256), lambda _: None, erase=False)
    assert again.flash[: path.stat().st_size] == path.read_bytes()


def test_port_that_is_not_there_says_so():
    with pytest.raises(InstallFailed, match="nothing at /dev/pts/none"):
        bootloader.detect("/dev/pts/none")
