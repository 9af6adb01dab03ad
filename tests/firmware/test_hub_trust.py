"""The real firmware on the real MicroPython against the real broker: who is believed, and who is not."""

from __future__ import annotations

import ssl
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from hub.tls import issuing
from hub.tls.issuing import Pair
from shared import topics
from tests.firmware.hub_double import PANEL, HubDouble, wait_until
from tests.micropython import needs_micropython
from tests.shared.examples import START, meeting, state
from tools.simulator import RESET_STATUS

pytestmark = needs_micropython

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
HUBS_NOW = datetime.fromtimestamp(START, UTC)
EARLY, LATE = min(NOW, HUBS_NOW) - DAY, max(NOW, HUBS_NOW) + DAY
"""Good by the hub's clock, and by the host's, which MbedTLS looks at."""
AUTHORITY = issuing.new_authority(NOW)
OTHER = issuing.new_authority(NOW)
HERE = ("127.0.0.1", "localhost")


def signed(
    signer: Pair | None = AUTHORITY,
    names: tuple[str, ...] = HERE,
    begin: datetime = EARLY,
    end: datetime = LATE,
) -> Pair:
    """A leaf with any fault; without a signer it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = issuing._name("hub")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signer.certificate.subject if signer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([issuing._alternative(n) for n in names]), critical=False)
    )
    return Pair(builder.sign(signer.key if signer else key, hashes.SHA256()), key)


@pytest.fixture
def tls(tmp_path):
    """Starts a hub that shows this certificate, and a panel that pins that CA."""
    hubs = []

    def show(context: ssl.SSLContext, leaf: Pair) -> None:
        (tmp_path / "leaf.pem").write_bytes(leaf.pem())
        context.load_cert_chain(tmp_path / "leaf.pem")

    def start(leaf: Pair, now_unix: int = START + 300) -> HubDouble:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        show(context, leaf)
        hub = HubDouble(state(meeting(0)), now_unix, tls=context)
        hub.show = lambda another: show(context, another)
        hubs.append(hub)
        return hub

    yield start
    for hub in hubs:
        hub.close()


def pinning(panel, hub, authority=AUTHORITY, **more):
    return panel(port=hub.tls_port, tls=True, ca=b64encode(authority.der).decode(), **more)


def refuses(one, hub):
    """It has been turned away again and again, and has said nothing to this hub."""
    wait_until(lambda: one.console().count("certificate refused") >= 3, "three refusals")
    return hub.heard == [] and one.process.poll() is None


def test_hub_of_the_pinned_ca_is_believed(tls, panel):
    hub = tls(issuing.new_leaf(AUTHORITY, HERE, NOW))
    pinning(panel, hub)
    hub.shows("check_in")
    hub.press(0)
    wait_until(lambda: hub.said("command"), "a check-in by TLS")
    assert hub.glass()


def test_hub_is_believed_by_its_name_as_well_as_by_its_address(tls, panel):
    hub = tls(signed(names=("localhost",)))
    pinning(panel, hub, mqttHost="localhost")
    hub.shows("check_in")


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param(lambda: signed(OTHER), id="another CA"),
        pytest.param(lambda: signed(None), id="signed by itself"),
        pytest.param(lambda: signed(names=("hub.example.org", "10.0.0.7")), id="another host"),
        pytest.param(lambda: signed(names=("localhost",)), id="a name where the address was asked for"),
        pytest.param(lambda: signed(begin=NOW - 2 * DAY, end=NOW - DAY), id="out of date"),
        pytest.param(lambda: signed(begin=NOW + DAY, end=NOW + 2 * DAY), id="not yet good"),
        pytest.param(lambda: signed(signed()), id="signed by a certificate that is no CA"),
    ],
)
def test_hub_with_another_certificate_is_refused_for_ever(tls, panel, leaf):
    hub = tls(leaf())
    assert refuses(pinning(panel, hub, reconnectMaxS=0.02), hub)


def test_panel_that_pins_another_ca_refuses_this_hub(tls, panel):
    hub = tls(signed())
    assert refuses(pinning(panel, hub, OTHER, reconnectMaxS=0.02), hub)


def test_panel_speaks_to_no_hub_that_does_not_speak_tls(hub, panel):
    one = panel(port=hub.port, tls=True, ca=b64encode(AUTHORITY.der).decode(), reconnectMaxS=0.02)
    wait_until(lambda: one.console().count("link lost") >= 3, "three failures")
    assert hub.heard == []
    assert one.process.poll() is None


@pytest.mark.parametrize("away_s", [-3 * 86400, 3 * 86400], ids=["not yet good", "out of date"])
def test_time_is_enforced_by_the_panels_own_clock_once_the_hub_has_set_it(tls, panel, away_s):
    """A board's MbedTLS can't know the time: this one's is right about the leaf, the hub's clock is not."""
    hub = tls(signed(begin=NOW - DAY, end=NOW + DAY), now_unix=int(NOW.timestamp()) + away_s)
    one = pinning(panel, hub, reconnectMaxS=0.02)
    wait_until(lambda: "out of its time" in one.console(), "the link is verified again")
    wait_until(lambda: one.console().count("X509_FATAL") >= 2, "it is refused from then on")
    assert len(hub.said("hello")) == 1


def test_certificate_that_ends_while_the_link_is_up_ends_the_link(tls, panel):
    hub = tls(signed(begin=NOW - DAY, end=NOW + DAY), now_unix=int(NOW.timestamp()))
    one = pinning(panel, hub)
    wait_until(lambda: hub.said("telemetry"), "the link is up")
    hub.now_unix += 3 * 86400
    hub.show(signed(end=NOW + 30 * DAY))
    hub.welcome()
    wait_until(lambda: len(hub.said("hello")) == 2, "a new link, with the new certificate")
    assert "out of its time" in one.console()


def test_renewed_certificate_takes_no_restart_and_cuts_nobody_off(tls, panel):
    hub = tls(signed())
    one = pinning(panel, hub)
    hub.shows("check_in")
    hub.show(signed())
    hub.press(0)
    wait_until(lambda: hub.said("command"), "the link goes on")
    hub.cut()
    wait_until(lambda: len(hub.said("hello")) == 2, "a new link")
    assert "certificate" not in one.console()


def told(hub, *authorities):
    hub.publish(topics.panel_down(PANEL, "trust"), b"".join(a.der for a in authorities), retain=True)


def restarts(one):
    """The panel asks for a restart, and gets it."""
    assert one.process.wait(15) == RESET_STATUS
    one.cut_power()
    one.start()


def trusting(hub, *authorities):
    wanted = " ".join(a.fingerprint for a in authorities)
    wait_until(lambda: hub.said("telemetry")[-1:] and hub.said("telemetry")[-1]["trusts"] == wanted, wanted)


def test_ca_changes_without_a_visit_and_the_old_one_is_refused_afterwards(tls, panel):
    hub = tls(signed())
    one = pinning(panel, hub, reconnectMaxS=0.02)
    hub.shows("check_in")
    trusting(hub, AUTHORITY)
    told(hub, AUTHORITY, OTHER)
    restarts(one)
    trusting(hub, AUTHORITY, OTHER)
    hub.show(signed(OTHER))
    hub.cut()
    wait_until(lambda: len(hub.said("hello")) == 3, "it believes the next CA")
    told(hub, OTHER)
    restarts(one)
    trusting(hub, OTHER)
    hub.show(signed(AUTHORITY))
    hub.cut()
    wait_until(lambda: one.console().count("certificate refused") >= 3, "the old CA is refused")
    assert len(hub.said("hello")) == 4


def test_panel_installed_anew_goes_by_its_new_pin(tls, panel):
    hub = tls(signed())
    first = pinning(panel, hub, reconnectMaxS=0.02)
    hub.shows("check_in")
    told(hub, OTHER)
    assert first.process.wait(15) == RESET_STATUS
    other = tls(signed(OTHER))
    second = pinning(panel, other, OTHER, reconnectMaxS=0.02)
    wait_until(lambda: other.said("hello"), "the new pin")
    second.cut_power()
    hub.show(signed())
    third = pinning(panel, hub, reconnectMaxS=0.02)
    wait_until(lambda: "certificate refused" in third.console(), "with the old pin, what was told then")


@pytest.mark.parametrize("payload", [b"", b"x" * 50, AUTHORITY.der[:-1], AUTHORITY.der + b"\x30\x82\x01"])
def test_trust_that_is_none_changes_nothing(tls, panel, payload):
    hub = tls(signed())
    one = pinning(panel, hub)
    hub.shows("check_in")
    hub.publish(topics.panel_down(PANEL, "trust"), payload)
    wait_until(lambda: "dropped" in one.console(), "it is dropped")
    assert not (one.flash / "trust.bin").exists()
    assert hub.connected()


def test_times_of_certificates_are_read_as_they_are_written(on_micropython):
    moments = [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2000, 2, 29, 12, tzinfo=UTC),
        datetime(2028, 3, 1, 0, 0, 1, tzinfo=UTC),
        datetime(2049, 12, 31, tzinfo=UTC),
        datetime(2050, 1, 1, tzinfo=UTC),
        datetime(2100, 3, 1, tzinfo=UTC),
    ]
    cases = [
        (signed(begin=begin, end=end).der, int(begin.timestamp()), int(end.timestamp()) + 1)
        for begin, end in pairwise(moments)
    ]
    on_micropython(
        f"""
from firmware.certificate import validity
for der, begin, end in {cases!r}:
    assert validity(der) == (begin, end), (validity(der), begin, end)
"""
    )


def test_garbage_is_never_a_certificate(on_micropython):
    on_micropython(
        f"""
import random
from firmware.certificate import validity
der = {AUTHORITY.der!r}
random.seed(5)
for _ in range(3000):
    cut = bytearray(der[: random.randrange(len(der))])
    for _ in range(3):
        if cut:
            cut[random.randrange(len(cut))] = random.randrange(256)
    try:
        validity(cut)
    except (ValueError, IndexError):
        pass
"""
    )


def test_handshakes_leave_nothing_behind(tls, panel):
    hub = tls(signed())
    one = pinning(panel, hub, reconnectMaxS=0.01)
    hub.shows("check_in")
    files = one.open_files()
    for n in range(2, 12):
        hub.cut()
        wait_until(lambda n=n: len(hub.said("hello")) == n, "again")
    assert one.open_files() <= files + 1
