"""A hub that asks a provider: the certified one, or one that lies."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.accounts.identities import unlink
from hub.settings import from_environment
from tests.fakes import FakeClock
from tests.hub.rest import Rest, running_hub
from tests.hub.sign_in.lying_provider import LyingProvider
from tests.oidc.provider import OpenIdProvider, missing

HUB = "http://rooms.example.org"


class SignIn:
    """A browser before a hub, and the provider that the hub asks."""

    def __init__(self, client, clock, provider, folder):
        self.rest = Rest(client, clock)
        self.client = client
        self.clock = clock
        self.provider = provider
        self.folder = folder

    def forget(self):
        """Who has signed in, and what it was told."""
        self.client.cookies.clear()
        self.clock.pass_time(minutes=11)
        asks = self.client.app.state.hub.sign_in
        asks._facts = asks._keys = None
        for who in ("nadia", "lena", "ada"):
            self.rest.write(lambda session, who=who: unlink(session, f"{who}@example.org", self.clock.now()))

    def go(self, path, **more):
        return self.client.get(path, follow_redirects=False, **more)

    def start(self, back_to="/rooms", **more):
        """The provider's address that the browser is sent to."""
        answer = self.go("/api/v1/auth/oidc/start", params={"next": back_to}, **more)
        assert answer.status_code == 303
        return answer.headers["location"]

    def come_back(self, url, **more):
        """With what the provider sent the browser back with. Where the hub sends it, or the slug of the refusal."""
        assert url.startswith(HUB + "/api/v1/auth/oidc/callback?")
        answer = self.go(url.removeprefix(HUB), **more)
        assert answer.status_code == 303, answer.text
        there = answer.headers["location"]
        told = parse_qs(urlsplit(there).query).get("problem")
        assert (told is None) == ("circletime_session" in answer.headers["set-cookie"]), (
            "a refusal lets nobody in"
        )
        return told[0] if told else there

    def sign_in(self, who="u-nadia", back_to="/rooms"):
        return self.come_back(self.provider.walk(self.start(back_to), who))

    def me(self):
        return self.client.get("/api/v1/auth/me").json()

    def audit(self, action):
        return self.rest.get(f"/audit?action={action}", who="ada").json()["items"]


@pytest.fixture(scope="session")
def certified():
    reason = missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    found = OpenIdProvider(HUB)
    yield found
    found.close()


@pytest.fixture(scope="module")
def hub_with(tmp_path_factory, empty_database):
    """Opens a hub that asks this provider, at this clock; `more` are settings."""

    @contextmanager
    def opened(provider, clock, **more):
        folder = tmp_path_factory.mktemp("hub")
        shutil.copy(empty_database, folder / "circletime.db")
        said = {"CIRCLETIME_PUBLIC_URL": HUB, "CIRCLETIME_BROKER_URL": "none"}
        said |= provider.environment() | {f"CIRCLETIME_{name.upper()}": value for name, value in more.items()}
        with running_hub(from_environment(said, data_dir=folder), clock, base_url=HUB) as client:
            yield SignIn(client, clock, provider, folder)

    return opened


@pytest.fixture(scope="module")
def one_liar():
    found = LyingProvider()
    yield found
    found.close()


@pytest.fixture
def liar(one_liar):
    one_liar.be_honest()
    return one_liar


@pytest.fixture(scope="module")
def one_hub(hub_with, one_liar):
    one_liar.clock = FakeClock()
    with hub_with(one_liar, one_liar.clock) as found:
        yield found


@pytest.fixture
def deceived(one_hub, liar):
    """A hub that asks the liar; nobody has signed in there yet, and it knows nothing of the provider."""
    one_hub.forget()
    return one_hub
