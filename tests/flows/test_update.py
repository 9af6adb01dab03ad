"""A firmware from the maker's desk to the wall: packed, uploaded, rolled out, run, and reported."""

from __future__ import annotations

import shutil

from tests.flows.site import eventually
from tools import release, slot


def test_firmware_goes_from_the_makers_key_to_the_panel(site_with_key, tmp_path_factory):
    site, key = site_with_key
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room)
    panel.stop()
    shutil.copytree(slot.built(), panel.flash / "a")
    panel.start()
    uploaded = site.client.post("/firmware", content=release.pack("0.2.0", key)).raise_for_status().json()
    assert uploaded["version"] == "0.2.0"
    eventually("the panel is online", lambda: panel.told()["status"] == "online")
    site.post("/firmware/rollouts", {"version": "0.2.0", "soakMinutes": 0})

    def updated():
        panel.revived()
        return panel.told()["firmware"] == "0.2.0"

    eventually("the panel runs it", updated, patience_s=90)
    eventually("the rollout is done", lambda: site.get("/firmware/rollouts")["items"][0]["status"] == "done")
