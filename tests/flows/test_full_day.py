"""The largest RoomState there can be, on the smallest heap a panel has."""

from tests.flows.site import eventually


def test_panel_shows_a_full_timeline_of_the_longest_titles(site):
    (room,) = site.furnish("S" * 250)
    panel = site.hang(room)
    for number in range(30):
        site.book(room, in_s=900 * (number + 1), minutes=15, title=f"{number:02} " + "語" * 250)
    state = site.get(f"/rooms/{room}/state")
    assert 1 + len(state["upcoming"]) == 24

    def shown():
        return (panel.flash / "state.json").exists() and f'"revision":{state["revision"]}' in (
            panel.flash / "state.json"
        ).read_text().replace(" ", "")

    eventually("the panel has the whole of it", shown)
    frame = panel.told()["frame"]
    panel.press(0)
    eventually("it still answers its keys", lambda: panel.told()["frame"] > frame)
    telemetry = panel.told()["telemetry"]
    assert telemetry["heapFree"] > 0
    assert panel.process.poll() is None
