"""Faults on the chain: whoever dies, nothing is lost, nothing happens twice, and the glass tells the truth."""

import json
import sqlite3

import pytest

from tests.flows.site import eventually


def test_hub_killed_and_back_shows_what_was_booked_meanwhile(site):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    site.kill()
    site.start()
    site.book(room)
    eventually("the panel came back and shows it", lambda: panel.screen() == "check_in", 40)


def test_state_is_right_after_a_kill_between_commit_and_publish(site):
    """A commit that nobody published is what a kill leaves; here it is written by hand."""
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    booking = site.book(room)
    eventually("the panel asks for check-in", lambda: panel.screen() == "check_in")
    site.kill()
    with sqlite3.connect(site.folder / "circletime.db") as database:
        database.execute("UPDATE bookings SET title = 'Renamed' WHERE id = ?", [booking["id"]])
        database.execute("UPDATE rooms SET revision = revision + 1 WHERE id = ?", [room])
    database.close()
    site.start()
    cached = panel.flash / "state.json"
    eventually("the panel was told", lambda: "Renamed" in cached.read_text(), 40)
    assert panel.screen() == "check_in"


def test_panel_started_without_a_hub_shows_what_it_kept(site):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    site.book(room)
    eventually("the panel asks for check-in", lambda: panel.screen() == "check_in")
    panel.stop()
    kept = json.loads((panel.flash / "state.json").read_text())
    assert kept["current"]["title"] == "Roadmap"
    panel.start()
    eventually("it is back", lambda: panel.told()["status"] == "online" and panel.screen() == "check_in")


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_hub_starts_again_on_its_own_data(site, how):
    (room,) = site.furnish("Story Corner")
    booking = site.book(room)
    getattr(site, how)()
    site.start()
    assert site.booking(booking["id"])["title"] == "Roadmap"


def test_second_hub_on_the_same_data_is_refused_by_name(site):
    import subprocess

    from tests.flows.site import CIRCLETIME, free_port

    words = [
        "serve",
        "--data-dir",
        str(site.folder),
        "--port",
        str(free_port()),
        "--mqtt-port",
        str(free_port()),
    ]
    done = subprocess.run([*CIRCLETIME, *words], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert str(site.folder) in done.stderr
    assert str(site.hub.pid) in done.stderr


def test_hub_that_is_told_to_stop_ends_its_event_streams_and_says_nothing_odd(site):
    with site.client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: hello"
        site.stop()
        assert "event: hello" not in list(lines)
    assert "Traceback" not in (site.folder / "hub.log").read_text()
