"""A site whose panels and browsers come by TLS, and a change of CA that nobody has to visit panels for."""

from __future__ import annotations

import os
import ssl
import subprocess

import httpx
import pytest
from cryptography import x509

from hub.clock import WallClock
from hub.tls import issuing
from tests.flows.site import CIRCLETIME, eventually, free_port


def fingerprint(site):
    shown = site.run("tls", "show", "--data-dir", str(site.folder)).stdout
    return [line.split(", ")[1] for line in shown.splitlines() if line.startswith("#")]


def test_panels_join_by_tls_and_follow_the_hub_to_its_next_ca(site_by_tls):
    site = site_by_tls
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    booking = site.book(room)
    eventually("the panel asks for check-in", lambda: panel.screen() == "check_in")
    panel.press(0)
    eventually("the hub knows", lambda: site.booking(booking["id"])["status"] == "checked_in")
    (first,) = fingerprint(site)
    assert panel.told()["telemetry"]["trusts"] == first

    site.run("tls", "next-ca", "--data-dir", str(site.folder))
    both = " ".join(fingerprint(site))
    eventually("the panel restarts for it", panel.revived)
    eventually("the panel trusts both", lambda: panel.told()["telemetry"]["trusts"] == both)
    site.run("tls", "use-next-ca", "--data-dir", str(site.folder))
    (second,) = fingerprint(site)
    eventually("the panel restarts again", panel.revived)
    eventually("the panel trusts the new one alone", lambda: panel.told()["telemetry"]["trusts"] == second)
    assert second != first
    site.stop()
    site.start()
    eventually("it believes the hub after its restart", lambda: panel.told()["status"] == "online")


@pytest.fixture
def serve(tmp_path):
    """Starts a hub with more flags; the base of its address, once it serves."""
    started = []

    def start(*flags):
        port = free_port()
        words = ["serve", "--data-dir", str(tmp_path / "hub"), "--port", str(port), *flags]
        with (tmp_path / "log").open("ab") as log:
            environment = os.environ | {"CIRCLETIME_BROKER_URL": "none"}
            started.append(subprocess.Popen([*CIRCLETIME, *words], env=environment, stdout=log, stderr=log))
        return f"https://localhost:{port}"

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


def answers(url, authority):
    """The hub's answer to a client that trusts this PEM file alone; None while it does not listen."""
    try:
        trusting = ssl.create_default_context(cafile=authority)
        return httpx.get(f"{url}/health/ready", verify=trusting)
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error):
            raise
        return None


def test_browsers_come_by_tls_with_a_certificate_of_the_hub_s_own_ca(serve, tmp_path):
    url = serve("--https")
    authority = tmp_path / "hub/tls/ca.pem"
    eventually("there is a CA", authority.is_file)
    answer = eventually("the hub serves by TLS", lambda: answers(url, authority))
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    with pytest.raises(httpx.HTTPError):
        httpx.get(url.replace("https:", "http:") + "/health/live")
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
        httpx.get(f"{url}/health/live")
    shown = x509.load_pem_x509_certificate((tmp_path / "hub/tls/web.pem").read_bytes())
    assert (shown.not_valid_after_utc - shown.not_valid_before_utc).days < 398  # what browsers take
    port = url.rpartition(":")[2]
    words = ["doctor", "--data-dir", str(tmp_path / "hub"), "--port", port, "--https"]
    told = subprocess.run([*CIRCLETIME, *words], capture_output=True, text=True, check=False).stdout
    assert f"the hub listens on 127.0.0.1:{port}" in told


def test_browsers_are_shown_the_given_certificate_and_its_next_one_without_a_restart(serve, tmp_path):
    now = WallClock().now()
    authorities = [issuing.new_authority(now) for _ in range(2)]
    certificate, key = tmp_path / "given.pem", tmp_path / "given-key.pem"
    trusted = [tmp_path / "first-ca.pem", tmp_path / "second-ca.pem"]
    for path, authority in zip(trusted, authorities, strict=True):
        path.write_bytes(authority.pem())

    def give(number):
        pem = issuing.new_leaf(authorities[number], ("localhost",), now).pem()
        key.write_bytes(pem)
        certificate.write_bytes(pem)

    give(0)
    url = serve("--https", "--https-certificate", str(certificate), "--https-key", str(key))
    assert eventually("the hub serves by TLS", lambda: answers(url, trusted[0])).status_code == 200

    def shows_the_second():
        try:
            return answers(url, trusted[1])
        except httpx.ConnectError:
            return None

    assert shows_the_second() is None
    give(1)
    assert eventually("it has read the next one", shows_the_second).status_code == 200
