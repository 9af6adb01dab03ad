"""Commands wait in order, through power cuts, until the hub has answered each."""

from tests.micropython import needs_micropython

pytestmark = needs_micropython

BEGIN = """
from firmware import command_outbox, ticks
from firmware.command_outbox import CommandOutbox
passed = [0]
ticks.now_ms = lambda: passed[0]
ticks.since_ms = lambda earlier: passed[0] - earlier

def command(name, action="check_in", booking=None):
    return {"id": name, "action": action, "roomId": "r1", "atUnix": 1, "bookingId": booking or "b" + name, "minutes": 15}

def names(outbox):
    return [c["id"] for c in outbox.commands]
"""


def test_commands_survive_a_power_cut_in_order(on_micropython):
    on_micropython(
        BEGIN
        + """
outbox = CommandOutbox()
for name in ("c1", "c2", "c3"):
    assert outbox.add(command(name))
outbox.settle("c2")
assert names(CommandOutbox()) == ["c1", "c3"]
"""
    )


def test_one_command_at_a_time_and_again_when_no_answer_comes(on_micropython):
    on_micropython(
        BEGIN
        + """
outbox = CommandOutbox()
outbox.add(command("c1"))
outbox.add(command("c2"))
assert outbox.due()["id"] == "c1"
outbox.sent()
passed[0] = command_outbox.RESEND_MS - 1
assert outbox.due() is None and outbox.due_in_ms() == 1
passed[0] += 1
assert outbox.due()["id"] == "c1"
outbox.sent()
outbox.settle("c1")
assert outbox.due()["id"] == "c2"
assert outbox.settle("c1") is None
"""
    )


def test_what_only_the_hub_can_grant_does_not_outlive_the_link(on_micropython):
    on_micropython(
        BEGIN
        + """
outbox = CommandOutbox()
outbox.add(command("c1", "book"))
outbox.add(command("c2", "end"))
outbox.add(command("c3", "extend"))
assert names(CommandOutbox()) == ["c2"]
assert [c["id"] for c in outbox.link_lost()] == ["c1", "c3"]
assert names(outbox) == ["c2"]
"""
    )


def test_outbox_is_bounded_and_holds_no_wish_twice(on_micropython):
    on_micropython(
        BEGIN
        + """
outbox = CommandOutbox()
assert outbox.add(command("c1", booking="b1"))
assert not outbox.add(command("c2", booking="b1"))
assert outbox.add(command("c3", "end", booking="b1"))
for n in range(command_outbox.MAX_COMMANDS - 2):
    assert outbox.add(command("n%d" % n))
assert outbox.full and not outbox.add(command("one-more"))
assert len(CommandOutbox().commands) == command_outbox.MAX_COMMANDS
"""
    )


def test_a_worn_outbox_file_is_no_reason_to_stop(on_micropython):
    on_micropython(
        BEGIN
        + """
for worn in (b"", b"[", b"\\xff\\xfe", b"7", b"null", b'{"a":1}', b'[{"id":"c1"}]', b"[[[[", b"x" * 20000):
    open("outbox.json", "wb").write(worn)
    assert CommandOutbox().commands == []
"""
    )


def test_ids_are_never_the_same(on_micropython):
    on_micropython(
        BEGIN
        + """
from shared.topics import valid_id
ids = {command_outbox.new_id() for _ in range(200)}
assert len(ids) == 200 and all(valid_id(i) for i in ids)
"""
    )
