"""Several hubs on one database, and many people who want the same: one gets it, whichever hub they ask.

Who won is counted in the database, not by the answers alone.
"""

from collections import Counter
from datetime import timedelta
from itertools import count, pairwise

import pytest
from sqlalchemy import text

from hub.rooms import service as rooms
from tests.hub.several_hubs import SeveralHubs

ROUNDS = 5
MINUTE = timedelta(minutes=1)


class Rivals(SeveralHubs):
    """Nadia at every hub at once; each round is about a room of its own. Times are minutes from now."""

    def __init__(self, folder, database_url):
        super().__init__(folder, database_url)
        self._rooms = count(1)

    def new_room(self):
        new = rooms.NewRoom(
            name=f"Room {next(self._rooms)}", floor_id=self.world.house.building.floors[0].id, capacity=4
        )
        return self.world.write(rooms.add_room, new, self.world.clock.now()).id

    def wish(self, room, start, end):
        now = self.world.clock.now()
        begins, ends = ((now + minutes * MINUTE).isoformat() for minutes in (start, end))
        return ("POST", "/bookings", {"roomId": room, "title": "x", "startsAt": begins, "endsAt": ends})

    def moved(self, booking, start, end):
        _, _, wish = self.wish("", start, end)
        return ("PATCH", f"/bookings/{booking}", {key: wish[key] for key in ("startsAt", "endsAt")})

    def made(self, *request):
        (answer,) = self.ask(request)
        assert answer.is_success, answer.text
        return answer.json()["id"]

    def held(self, room):
        """What takes the room's time, by start: minutes from now, and status."""
        rows = self.world.read(
            lambda session: session.execute(
                text(
                    "SELECT starts_at, blocks_until, status FROM bookings JOIN rooms ON room_key = rooms.key "
                    "WHERE rooms.id = :room AND blocks_until IS NOT NULL ORDER BY starts_at"
                ),
                {"room": room},
            ).all()
        )
        return [(self._minute(start), self._minute(until), status) for start, until, status in rows]

    def _minute(self, at):
        unix = at if isinstance(at, int) else at.timestamp()
        return int(unix - self.world.clock.now().timestamp()) // 60


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def rivals(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rivals")
    with request.getfixturevalue("new_database")(request.param) as url:
        found = Rivals(folder, url)
        yield found
        found.close()


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def test_one_of_fifty_gets_the_room(rivals):
    for _ in range(2):
        room = rivals.new_room()
        answers = rivals.ask(*[rivals.wish(room, 60, 120)] * 50)
        assert statuses(answers) == {201: 1, 409: 49}
        assert rivals.held(room) == [(60, 120, "confirmed")]
        for answer in answers:
            if answer.status_code == 409:
                assert answer.json()["type"].endswith("/room-already-booked")
                assert len(answer.json()["conflicts"]) == 1
                assert answer.json()["alternatives"]


def test_bookings_that_overlap_in_part_never_stand_side_by_side(rivals):
    room = rivals.new_room()
    answers = rivals.ask(*[rivals.wish(room, 60 + 5 * number, 90 + 5 * number) for number in range(40)])
    held = rivals.held(room)
    assert statuses(answers) == {201: len(held), 409: 40 - len(held)}
    assert all(one[1] <= following[0] for one, following in pairwise(held))


def test_extension_and_booking_do_not_get_the_same_time(rivals):
    for _ in range(ROUNDS):
        room = rivals.new_room()
        booking = rivals.made(*rivals.wish(room, -5, 60))
        rivals.made("POST", f"/bookings/{booking}/check-in", None)
        extended, *booked = rivals.ask(
            ("POST", f"/bookings/{booking}/extend", {"minutes": 30}),
            *[rivals.wish(room, 60, 90)] * 5,
        )
        assert statuses(booked)[201] + extended.is_success == 1
        after = (-5, 90, "checked_in") if extended.is_success else (-5, 60, "checked_in")
        assert rivals.held(room) == [after, (60, 90, "confirmed")][: 1 + statuses(booked)[201]]


def test_moved_and_new_booking_do_not_get_the_same_time(rivals):
    for _ in range(ROUNDS):
        room = rivals.new_room()
        booking = rivals.made(*rivals.wish(room, 300, 360))
        moved, *booked = rivals.ask(rivals.moved(booking, 60, 120), *[rivals.wish(room, 90, 150)] * 5)
        assert statuses(booked)[201] + moved.is_success == 1
        if moved.is_success:
            assert rivals.held(room) == [(60, 120, "confirmed")]
        else:
            assert rivals.held(room) == [(90, 150, "confirmed"), (300, 360, "confirmed")]


def test_booking_is_cancelled_or_checked_in(rivals):
    for _ in range(ROUNDS):
        room = rivals.new_room()
        booking = rivals.made(*rivals.wish(room, -5, 60))
        answers = rivals.ask(
            *[("POST", f"/bookings/{booking}/{what}", None) for what in ("cancel", "check-in") * 3]
        )
        cancelled, came = statuses(answers[::2]), statuses(answers[1::2])
        assert (cancelled, came) in [({200: 3}, {409: 3}), ({409: 3}, {200: 3})]
        assert rivals.held(room) == ([(-5, 60, "checked_in")] if came[200] else [])


def test_repeats_with_one_key_at_once_book_once(rivals):
    for number in range(ROUNDS):
        room = rivals.new_room()
        key = {"Idempotency-Key": f"k{number}"}
        answers = rivals.ask(*[(*rivals.wish(room, 60, 120), key)] * 12)
        assert statuses(answers) == {201: 12}
        assert len({answer.text for answer in answers}) == 1
        assert rivals.held(room) == [(60, 120, "confirmed")]


def test_nobody_waited_in_a_circle_and_no_hub_made_a_mistake(rivals, request):
    """After all of the above."""
    assert rivals.mistakes() == []
    if "postgres" in request.node.callspec.id:
        assert "deadlock detected" not in request.getfixturevalue("postgres").log()
