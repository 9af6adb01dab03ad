"""Thousands of panels for mosquitto: by its control topic a lot at a time, or into its file at once."""

import json

import pytest

from hub.__main__ import main
from hub.mqtt import dynamic_security
from hub.mqtt.broker_auth import panel_access
from hub.panel import broker_logins, service
from shared import topics
from tests.flows.conftest import runs
from tests.hub.mqtt.running_broker import PahoPanel, wait_until
from tests.hub.mqtt.running_outside import RunningOutside
from tests.mosquitto import Mosquitto


@pytest.fixture(scope="module")
def mosquitto():
    with runs(Mosquitto) as server:
        yield server


@pytest.fixture
def register(world, house):
    """A panel at the Story Corner, whose secret waits for the broker."""

    def made(session):
        found, secret = service.register(
            session, name=None, room_id=house.story_corner.id, simulated=True, now=world.clock.now()
        )
        broker_logins.hand_over(session, found.id, secret)
        return found.id, secret

    return lambda: world.write(made)


@pytest.fixture
def write_file(world, mosquitto, monkeypatch, capsys):
    """Runs the command while mosquitto is stopped; what it said."""

    def write():
        monkeypatch.setenv("CIRCLETIME_DATABASE_URL", world.url)
        mosquitto.kill()
        try:
            assert main(["mosquitto", str(mosquitto.rules)]) == 0
        finally:
            mosquitto.start()
        return capsys.readouterr().out

    return write


def keep(hub, wanted, secrets):
    """Whose secret mosquitto knows then. The hub's first rules cut its own link, so once more."""
    while True:
        try:
            return hub.run(hub._keeper.keep(wanted, secrets))
        except ConnectionError:
            wait_until(lambda: hub.broker.link)


def test_panels_are_told_a_lot_at_a_time_and_all_in_the_end(mosquitto, monkeypatch, caplog):
    monkeypatch.setattr(dynamic_security, "AT_ONCE", 7)
    hub = RunningOutside(mosquitto)
    try:
        wanted = {f"lot{number}": panel_access(f"lot{number}", "r1") for number in range(16)}
        secrets = {one: f"secret of {one}" for one in wanted}
        told = []
        while secrets:
            known = keep(hub, wanted, secrets)
            told.append(len(known))
            secrets = {one: secret for one, secret in secrets.items() if one not in known}
        assert told == [7, 7, 2]
        assert "does not know" not in caplog.text
        PahoPanel(mosquitto.port, "lot15").connected().close()
        keep(hub, {}, {})
    finally:
        hub.close()


def test_file_lets_each_panel_in_and_hears_its_own_room_alone(mosquitto, world, house, register, write_file):
    panels = [register() for _ in range(3)]
    assert "3 panels. Now start mosquitto." in write_file()
    assert world.read(broker_logins.waiting) == {}
    for panel_id, secret in panels:
        panel = PahoPanel(mosquitto.port, panel_id, secret=secret).connected()
        own, other = (topics.room_state(room.id) for room in (house.story_corner, house.carpet))
        assert panel.subscribe(own, other) == [1, 0x80]
        panel.close()
    assert PahoPanel(mosquitto.port, panels[0][0], secret=panels[1][1]).result.get(timeout=10) != "Success"


def test_hub_finds_nothing_to_tell_where_the_file_was_written(mosquitto, world, register, write_file):
    register()
    write_file()
    before = mosquitto.log()
    hub = RunningOutside(mosquitto)
    try:
        room_ids = world.read(service.room_ids)
        keep(hub, {one: panel_access(one, room) for one, room in room_ids.items()}, {})
    finally:
        hub.close()
    told = mosquitto.log().removeprefix(before)
    assert "setDefaultACLAccess" in told
    assert not {"modifyRole", "createClient", "deleteClient", "setClientPassword"} & set(told.split())


def test_file_keeps_who_is_known_forgets_who_is_revoked_and_leaves_the_rest(
    mosquitto, world, register, write_file
):
    (kept, secret), (revoked, _) = register(), register()
    write_file()
    world.write(service.revoke, revoked, world.clock.now())
    now = world.clock.now()
    lost, _ = world.write(service.register, name=None, room_id=None, simulated=True, now=now)
    assert "1 panels are in neither" in write_file()
    PahoPanel(mosquitto.port, kept, secret=secret).connected().close()
    found = json.loads(mosquitto.rules.read_text())
    names = {one["username"] for one in found["clients"]}
    assert kept in names
    assert "hub" in names
    assert not {revoked, lost.id} & names
    assert mosquitto.rules.stat().st_mode & 0o077 == 0o044


@pytest.mark.parametrize("content", ["", "[]", '{"clients": 1}', "{"])
def test_what_is_no_such_file_is_left_alone(world, tmp_path, monkeypatch, capsys, content):
    monkeypatch.setenv("CIRCLETIME_DATABASE_URL", world.url)
    path = tmp_path / "rules.json"
    path.write_text(content)
    assert main(["mosquitto", str(path)]) == 1
    assert path.read_text() == content
    assert "circletime mosquitto" in capsys.readouterr().err
