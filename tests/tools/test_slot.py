"""What a board gets: complete, compiled once, and run by simulated panels too."""

import subprocess

import pytest

from tests.micropython import needs_micropython
from tools import simulator, slot


def test_slot_holds_bytecode_and_packs_and_languages_and_no_sources(tmp_path):
    slot.build(tmp_path)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"firmware/main.mpy", "firmware/screens/idle.mpy", "shared/topics.mpy"} <= made
    assert {path.rsplit(".", 1)[1] for path in made} == {"mpy", "pack", "words"}
    assert not any("simulator/" in path for path in made)


def test_same_sources_give_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        slot.build(tmp_path / folder)
    made = [
        {
            path.relative_to(tmp_path / folder): path.read_bytes()
            for path in (tmp_path / folder).rglob("*.mpy")
        }
        for folder in ("one", "two")
    ]
    assert made[0] == made[1]


def test_slot_is_built_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    slot.built.cache_clear()
    first = slot.built()
    stamp = (first / "shared" / "topics.mpy").stat().st_mtime_ns
    slot.built.cache_clear()
    assert slot.built() == first
    assert (first / "shared" / "topics.mpy").stat().st_mtime_ns == stamp
    slot.built.cache_clear()


def test_file_that_does_not_compile_is_named(tmp_path, monkeypatch):
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "broken.py").write_text("def :\n")
    monkeypatch.setattr(slot, "ROOT", tmp_path)
    with pytest.raises(slot.CannotCompile, match=r"firmware/broken\.py"):
        slot.build(tmp_path / "made")


@needs_micropython
def test_simulated_panel_runs_the_bytecode(tmp_path):
    done = subprocess.run(
        [*simulator.interpreter(), "-c", "import firmware.ticks as t; print(t.__file__)"],
        env=simulator.environment(),
        cwd=tmp_path,  # MicroPython looks beside its script first
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(slot.built() / "firmware" / "ticks.mpy")
