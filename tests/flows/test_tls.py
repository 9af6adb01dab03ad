"""A site whose panels come by TLS, with the hub's own CA, and a change of CA that nobody has to visit them for."""

from __future__ import annotations

from tests.flows.site import eventually


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
