"""A panel at the Story Corner, and what it says."""

from __future__ import annotations

import asyncio

import pytest

from hub.accounts.passwords import verify_password
from hub.clock import unix
from hub.panel import commands, service
from hub.panel.glass import Proof
from hub.rooms import service as rooms
from tests.hub.house import QuickWorld


@pytest.fixture
def world(database_url, clock):
    found = QuickWorld(database_url, clock)
    yield found
    found.close()


@pytest.fixture
def panel(world, house):
    made, _secret = world.write(
        service.register,
        name=None,
        room_id=house.story_corner.id,
        simulated=True,
        now=world.clock.now(),
    )
    return made


@pytest.fixture
def send(world, house, panel):
    """Applies a command of the panel's, which is made up of what is given and of this moment.

    The panel is in contact with the hub at 08:50, so that meetings at nine are released, not held.
    """
    world.write(rooms.open_contact, panel.id, house.story_corner.key, world.time(8, 50))
    count = iter(range(1, 1000))

    def apply(action, booking=None, *, at=None, **more):
        command = {
            "id": f"c{next(count)}",
            "action": action,
            "roomId": house.story_corner.id,
            "atUnix": unix(at or world.clock.now()),
        }
        if booking is not None:
            command["bookingId"] = booking.id
        return take(world, more.pop("panel", panel), command | more)

    return apply


def take(world, panel, command, proof=None):
    """As the listener does, which checks the PIN between two transactions."""
    now = world.clock.now()
    proof = proof or look(world, panel, command)
    return world.write(commands.apply, panel.id, command, now, proof)


def look(world, panel, command):
    """The proof of the command's PIN, where one is wanted."""
    pin_hash = world.read(commands.pin_hash_to_check, panel.id, command, world.clock.now())
    if pin_hash is None:
        return None
    return Proof(pin_hash, asyncio.run(verify_password(pin_hash, command["pin"])))
