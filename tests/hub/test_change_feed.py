"""What other processes store, and what the clock alone changes, becomes an event here."""

import pytest
from msgspec import UNSET

from hub.api.change_feed import ChangeFeed
from hub.db.database import Database
from hub.events import IssueChanged, RoomChanged
from hub.panel import issues
from hub.rooms import service as rooms


@pytest.fixture
def feed(world):
    """It has begun, in a process beside the world's, and has looked once."""
    database = Database(world.url)
    found = ChangeFeed(database, world.clock)
    found.events = database.events
    world.run(found.begin())
    world.run(found.look())
    yield found
    world.run(database.close())


@pytest.fixture
def told(world, feed):
    """The rooms that are news at this look."""

    def look():
        heard = []
        with feed.events.listen() as stream:
            world.run(feed.look())
            world.run(feed.look_at_issues())
            while stream._queue.qsize():
                heard.append(world.run(stream.get()))
        return heard

    return look


def changed(world, room):
    return RoomChanged(room.id, world.room(room).revision)


def test_quiet_house_is_no_news(told):
    assert told() == []


def test_what_another_process_stores_is_news_once(world, house, told):
    world.book((9, 0), (10, 0))
    assert told() == [changed(world, house.story_corner)]
    assert told() == []


def test_what_is_stored_between_begin_and_the_first_look_is_not_missed(world, house):
    database = Database(world.url)
    feed = ChangeFeed(database, world.clock)
    world.run(feed.begin())
    world.book((9, 0), (10, 0))
    with database.events.listen() as stream:
        world.run(feed.look())
        assert world.run(stream.get()) == changed(world, house.story_corner)
    world.run(database.close())


@pytest.mark.parametrize("moment", [(8, 45, 0), (9, 0, 0), (9, 15, 1)])
def test_moment_that_changes_a_room_by_itself_is_news_once(world, house, told, moment):
    """Check-in opens, the meeting begins, and nobody came; no sweeper runs here."""
    world.book((9, 0), (10, 0))
    told()
    world.at(*moment)
    world.clock.pass_time(seconds=-1)
    told()
    world.clock.pass_time(seconds=1)
    assert told() == [changed(world, house.story_corner)]
    assert told() == []


def test_end_of_a_meeting_is_news(world, house, told):
    meeting = world.book((9, 0), (10, 0))
    world.at(9)
    world.check_in(meeting)
    told()
    world.at(9, 59, 59)
    assert told() == []
    world.at(10)
    assert told() == [changed(world, house.story_corner)]


def test_clock_that_steps_back_makes_every_room_news(world, house, told):
    world.clock.pass_time(seconds=-1)
    everyone = sorted([house.story_corner, house.sandbox, house.carpet], key=lambda room: room.id)
    assert told() == [changed(world, room) for room in everyone]
    assert told() == []


def test_deleted_room_is_news(world, house, told):
    world.write(rooms.remove_room, house.sandbox.id, world.clock.now())
    assert [event.room_id for event in told()] == [house.sandbox.id]
    assert told() == []


def test_issue_that_another_process_stores_is_news_each_time_it_changes(world, house, told):
    def said(status):
        return IssueChanged(issue.id, house.sandbox.id, status)

    def report():
        return world.write(
            issues.report_issue, house.ada, house.sandbox.id, "display", "flickers", world.clock.now()
        )

    issue = report()
    assert told() == [said("open")]
    report()
    assert told() == [said("open")]
    world.write(
        issues.change_issue,
        house.ada,
        issue.id,
        status="resolved",
        out_of_service=UNSET,
        now=world.clock.now(),
    )
    assert told() == [said("resolved")]
    assert told() == []
