"""A hub on a NATS cluster of three: nodes die, panels go elsewhere, and bookings never stop."""

from __future__ import annotations

import time
from itertools import count

import pytest

from tests.flows.campus import Campus
from tests.flows.conftest import runs
from tests.flows.site import eventually
from tests.nats_cluster import NODES, NatsCluster

MINUTES = count(600, 15)
PANELS = 3


@pytest.fixture(scope="module")
def cluster():
    with runs(NatsCluster) as found:
        yield found


@pytest.fixture(scope="module")
def campus(tmp_path_factory, cluster):
    folder = tmp_path_factory.mktemp("nats-campus")
    (folder / "issuer.seed").write_bytes(cluster.seed)
    more = {
        "CIRCLETIME_NATS_URL": ",".join(cluster.servers),
        "CIRCLETIME_NATS_SEED_FILE": str(folder / "issuer.seed"),
    }
    found = None
    try:
        found = Campus(folder, f"sqlite:///{folder}/circletime.db", cluster.url, hubs=1, **more)
        for number in range(PANELS):
            turns = count(number)
            room = found.add_room(f"Room {number}")
            found.hang(room, lambda turns=turns: cluster.mqtt_ports[next(turns) % NODES])
        yield found
    finally:
        if found:
            found.close()


def book_everywhere(campus):
    for panel in campus.panels:
        campus.book(panel.room_id, next(MINUTES))


@pytest.mark.parametrize("node", range(NODES))
def test_panels_of_a_node_that_dies_are_elsewhere_with_their_state(campus, cluster, node):
    """One of them is the hub's own; how long it takes is in docs/scaling.md."""
    joined = {panel: panel.joined for panel in campus.panels}
    began = time.monotonic()
    cluster.kill(node)
    book_everywhere(campus)
    campus.all_show_the_truth()
    print(f"node {node} killed: every panel shows the newest booking after {time.monotonic() - began:.1f} s")
    cluster.start(node)
    cluster.wait()
    assert sum(panel.joined - joined[panel] for panel in campus.panels) >= 1
    assert all(panel.lower == 0 for panel in campus.panels)


def test_hub_takes_bookings_while_two_nodes_are_down_and_all_heals_after(campus, cluster):
    for node in (0, 1):
        cluster.kill(node)
    for _ in range(3):
        book_everywhere(campus)
    for node in (0, 1):
        cluster.start(node)
    cluster.wait()
    campus.all_show_the_truth()
    command = campus.panels[0].command("report_issue", category="display", text="flickers")
    assert campus.panels[0].answer(command)["ok"]


def test_revoked_panel_is_cut_off_and_turned_away(campus, cluster):
    doomed = campus.panels.pop()
    joined = doomed.joined
    campus.ask("DELETE", f"/panels/{doomed.id}")
    eventually("it is turned away", lambda: doomed.refused)
    assert doomed.joined == joined
    doomed.close()
