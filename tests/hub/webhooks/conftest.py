"""Webhooks over services, on both databases, with a real receiver at the other end."""

from __future__ import annotations

import pytest

from hub.reach import Reach
from hub.settings import Settings
from hub.vault import Vault
from hub.webhooks import endpoints, outbox, signing
from hub.webhooks.kinds import KINDS
from hub.webhooks.sending import Courier
from tests.hub.webhooks.receiver import Receiver

INSIDE = ("127.0.0.1",)


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.close()


class Desk:
    """The hub's end of one webhook."""

    def __init__(self, world, folder, receiver, inside=INSIDE):
        self.world, self._vault = world, Vault(Settings(data_dir=folder))
        self.courier = Courier(world.database, world.clock, self._vault, Reach(inside))
        self.secret = signing.new_secret()
        self.webhook = self.add(receiver.url)

    def add(self, url, events=KINDS):
        url, host = endpoints.clean_address(url)
        return self.world.write(
            endpoints.add,
            name="The office's",
            host=host,
            sealed_url=self._vault.seal_words(url),
            sealed_secret=self._vault.seal_words(self.secret),
            events=events,
            now=self.world.clock.now(),
        )

    def renew_secret(self):
        self.secret = signing.new_secret()
        sealed = self._vault.seal_words(self.secret)
        self.world.write(endpoints.renew_secret, self.webhook.id, sealed, self.world.clock.now())

    def send(self):
        """Whatever is due; how many the receiver took."""
        taken = 0
        for key in sorted(self.world.read(outbox.due, self.world.clock.now())):
            while self.world.run(self.courier.deliver_next(key)):
                taken += 1
        return taken

    def said(self):
        return self.world.read(endpoints.webhook, self.webhook.id)

    def deliveries(self, status=None):
        return self.world.read(outbox.deliveries, self.webhook.id, status=status, before=None, limit=100)

    def resend(self, delivery):
        now = self.world.clock.now()
        return self.world.write(outbox.resend, self.webhook.id, delivery.id, now)


@pytest.fixture
def desk(world, tmp_path, receiver):
    return Desk(world, tmp_path, receiver)
