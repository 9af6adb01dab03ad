"""`circletime tls`: the CA changes once every panel trusts the next one."""

import pytest

from hub.__main__ import parser
from hub.clock import WallClock
from hub.db.migrate import upgrade
from hub.errors import Conflict
from hub.panel import service
from hub.settings import Settings
from hub.tls.keyring import Keyring
from tests.hub.house import World


def use_next(folder, *more):
    arguments = parser("tls").parse_args(["tls", "use-next-ca", "--data-dir", str(folder), *more])
    arguments.func(arguments)


def test_next_ca_waits_for_panels_that_do_not_trust_it_yet(tmp_path):
    upgrade(Settings(data_dir=tmp_path).database)
    world = World(Settings(data_dir=tmp_path).database, WallClock())
    room = world.house.sandbox.id
    now = world.clock.now()
    world.write(
        lambda session: service.register(session, name="Sandbox", room_id=room, simulated=True, now=now)
    )
    world.close()
    keyring = Keyring(tmp_path)
    keyring.leaf(("hub.example.org",), now)
    following = keyring.prepare_next(now)
    with pytest.raises(Conflict) as refusal:
        use_next(tmp_path)
    assert refusal.value.slug == "panels-lack-ca"
    assert "Sandbox" in refusal.value.detail
    use_next(tmp_path, "--anyway")
    assert keyring.authority() == following
