"""What a hub shows by TLS, as a client sees it that is no work of ours: OpenSSL."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from litestar.testing import TestClient

from hub.app import create_app
from hub.settings import BadSetting, Settings
from hub.tls import issuing
from hub.tls.keyring import Keyring
from hub.tls.offer import GivenCertificate, OwnCertificate, names, panels_find_it_at, tls_offer
from tests.fakes import FakeClock
from tests.hub.rest import Rest, running_hub

HOST = "hub.example.org"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def own(tmp_path, clock):
    return OwnCertificate(tmp_path, (HOST,), clock, makes=True)


def client_of(*authorities: bytes) -> ssl.SSLContext:
    """It trusts these, and does not look at the time: the tests' clock is not the machine's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for der in authorities:
        context.load_verify_locations(cadata=der)
    context.verify_flags |= ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME
    return context


def shown(context: ssl.SSLContext, client: ssl.SSLContext, host: str = HOST) -> bytes:
    """The certificate that a client gets. Raises ssl.SSLError where it refuses it."""

    async def connect() -> bytes:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=host)
        found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        server.close()
        return bytes(found)

    return asyncio.run(connect())


def test_client_that_trusts_the_ca_gets_in_by_the_right_name_only(own):
    client = client_of(*own.authorities())
    assert shown(own.context, client)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname"):
        shown(own.context, client, "elsewhere.example.org")


def test_nobody_else_s_ca_vouches_for_the_hub(own, clock):
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(own.context, client_of(issuing.new_authority(clock.now()).der))


def test_certificate_is_renewed_while_the_hub_runs(own, clock):
    client = client_of(*own.authorities())
    first = shown(own.context, client)
    clock.pass_time(days=61)
    asyncio.run(own._look())
    assert shown(own.context, client) != first


def test_hub_follows_a_change_of_ca_that_another_process_makes(own, tmp_path, clock):
    before = own.authorities()
    Keyring(tmp_path).prepare_next(clock.now())
    assert own.authorities()[0] == before[0]
    both = client_of(*own.authorities())
    first = shown(own.context, both)
    Keyring(tmp_path).use_next()
    asyncio.run(own._look())
    assert shown(own.context, both) != first
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(own.context, client_of(*before))
    assert shown(own.context, client_of(*own.authorities()))


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_operators_own_files_are_used_and_read_again_once_they_change(tmp_path, clock):
    authority = issuing.new_authority(clock.now())
    leaves = [issuing.new_leaf(authority, (HOST,), clock.now()) for _ in range(2)]
    certificate = write(tmp_path / "site.pem", leaves[0].pem())
    ca = write(tmp_path / "ca.pem", authority.pem())
    given = GivenCertificate(certificate, None, ca)
    assert given.authorities() == [authority.der]
    assert shown(given.context, client_of(authority.der)) == leaves[0].der
    write(certificate, leaves[1].pem())
    asyncio.run(given._look())
    assert shown(given.context, client_of(authority.der)) == leaves[1].der


def test_hub_without_a_broker_tells_of_the_ca_and_makes_none(tmp_path, clock):
    settings = Settings(data_dir=tmp_path, broker_url="none", mqtts_port=8883)
    with pytest.raises(BadSetting, match="no CA"):
        create_app(settings, clock)
    OwnCertificate(tmp_path, (HOST,), clock, makes=True)
    assert create_app(settings, clock).state.hub.tls.authorities()


def test_new_panel_is_told_where_tls_is_and_what_to_trust(tmp_path, clock):
    OwnCertificate(tmp_path, (HOST,), clock, makes=True)
    settings = Settings(
        data_dir=tmp_path,
        broker_url="none",
        mqtts_port=8883,
        mqtts_names=(HOST, "10.0.0.7"),
    )
    with TestClient(create_app(settings, clock)) as client:
        rest = Rest(client, clock)
        made = rest.post("/panels", json={"name": "Spare"}, who="lena").json()
    assert made["mqtt"] == {"host": HOST, "port": 8883, "tls": True}
    assert b64decode(made["ca"]) == Keyring(tmp_path).authority().der


def test_certificate_is_for_every_name_that_was_said_and_for_this_machine():
    settings = Settings(
        host="0.0.0.0", public_url="https://rooms.example.org/", mqtts_names=("10.0.0.7", HOST)
    )
    assert {"127.0.0.1", "localhost", "rooms.example.org", "10.0.0.7", HOST} < set(names(settings))
    assert "0.0.0.0" not in names(settings)


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({"mqtts_names": (HOST, "10.0.0.7")}, HOST),
        ({"host": "0.0.0.0", "public_url": "https://rooms.example.org"}, "rooms.example.org"),
        ({"host": "0.0.0.0", "mqtts_host": "10.0.0.7"}, "10.0.0.7"),
        ({}, "127.0.0.1"),
    ],
)
def test_panels_are_told_one_host(settings, host):
    assert panels_find_it_at(Settings(**settings)) == host


def test_panels_of_a_broker_elsewhere_are_told_its_ca_and_the_next(tmp_path, clock):
    first, following = (issuing.new_authority(clock.now()) for _ in range(2))
    path = tmp_path / "broker-ca.pem"
    path.write_bytes(first.pem())
    settings = Settings(data_dir=tmp_path, broker_url="mqtts://hub:x@broker.example.org", mqtts_ca=path)
    offer = tls_offer(settings, clock)
    assert offer is not None
    assert offer.authorities() == [first.der]
    path.write_bytes(following.pem() + first.pem())
    asyncio.run(offer._look())  # type: ignore[attr-defined]
    assert offer.authorities() == [following.der, first.der]
    with pytest.raises(BadSetting, match="CA of the panels' broker"):
        tls_offer(replace(settings, mqtts_ca=tmp_path / "none.pem"), clock)


def test_panel_of_a_broker_elsewhere_is_installed_with_its_ca(tmp_path, clock, furnished_database):
    authority = issuing.new_authority(clock.now())
    path = tmp_path / "broker-ca.pem"
    path.write_bytes(authority.pem())
    with furnished_database("sqlite") as url:
        settings = Settings(
            data_dir=tmp_path, database_url=url, mqtts_ca=path,
            broker_url="mqtts://hub:x@127.0.0.1:1", panels_broker_url="mqtts://panels.example.org",
        )  # fmt: skip
        with running_hub(settings, clock) as client:
            made = Rest(client, clock).post("/panels", json={}, who="ada").json()
    assert made["mqtt"] == {"host": "panels.example.org", "port": 8883, "tls": True}
    assert b64decode(made["ca"]) == authority.der
