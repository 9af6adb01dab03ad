"""How often something may be tried: across processes, over a restart, and without filling the disk."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.accounts import login
from hub.accounts.attempts import Limit, address_of, check_attempts, count_attempts
from hub.accounts.models import AccessToken, Attempts, User
from hub.accounts.passwords import hash_password
from hub.errors import TooMany
from hub.settings import Settings
from tests.hub.rest import running_hub, slug

ROOT = Path(__file__).parents[3]
FIVE = Limit("five", 5, timedelta(minutes=1))

TRY_UNTIL_REFUSED = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from hub.accounts.attempts import Limit, check_attempts, count_attempts
from hub.db.database import Database
from hub.errors import TooMany

tries = [(Limit("race", 60, timedelta(minutes=1)), "nadia")]
now = datetime(2026, 11, 23, 8, tzinfo=UTC)

def one(session):
    check_attempts(session, tries, now)
    count_attempts(session, tries, now)

async def main():
    database, made = Database(sys.argv[1]), 0
    try:
        while True:
            await database.write(one)
            made += 1
    except TooMany:
        print(made)
    await database.close()

asyncio.run(main())
"""


def test_processes_share_one_count(world):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", TRY_UNTIL_REFUSED, world.url], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        for _ in range(3)
    ]
    made = [int(one.communicate(timeout=60)[0]) for one in started]
    assert sum(made) == 60


def fail(rest, times=1, *, who="nadia@example.org"):
    body = {"email": who, "password": "wrong"}
    return [rest.post("/auth/login", who=None, json=body).status_code for _ in range(times)]


def test_failures_are_remembered_by_a_hub_beside_it_and_by_the_next_one(rest, database_url, clock):
    assert fail(rest, 10) == [401] * 10
    for _ in range(2):
        with running_hub(Settings(database_url=database_url, broker_url="none"), clock) as client:
            answer = client.post(
                "/api/v1/auth/login", json={"email": "nadia@example.org", "password": "right"}
            )
            assert slug(answer) == (429, "too-many-attempts")


def test_passwords_tried_at_once_are_told_right_or_wrong_no_more_often(rest):
    with ThreadPoolExecutor(30) as pool:
        told = [one for found in pool.map(lambda _: fail(rest), range(30)) for one in found]
    assert told.count(401) == 10
    assert told.count(429) == 20


def test_right_password_is_not_told_past_the_limit(rest):
    """Also where it was on its way before the last failure."""
    password_hash = hash_password("the right one")

    def prepare(session):
        session.query(User).filter_by(email="nadia@example.org").one().password_hash = password_hash

    rest.write(prepare)
    now, asked = rest.clock.now(), login.Login(email="nadia@example.org", address="there", most=2)
    found = rest.write(lambda session: login.begin_login(session, asked, now))
    for _ in range(2):
        rest.write(lambda session: login.finish_login(session, asked, found, now, right=False))
    with pytest.raises(TooMany):
        rest.write(lambda session: login.finish_login(session, asked, found, now, right=True))


def test_login_begun_before_the_password_changed_is_not_finished_after(rest):
    now, asked = rest.clock.now(), login.Login(email="nadia@example.org", address="there", most=2)
    found = rest.write(lambda session: login.begin_login(session, asked, now))

    def change(session):
        session.query(User).filter_by(email="nadia@example.org").one().password_hash = "another"

    rest.write(change)
    assert rest.write(lambda session: login.finish_login(session, asked, found, now, right=True)) is None


def test_one_address_does_not_lock_another_out(rest):
    assert fail(rest, 11)[-1] == 429
    assert fail(rest, who="tomas@example.org") == [401]


def test_one_address_cannot_try_every_account(rest):
    told = [fail(rest, who=f"x{number}@example.org")[0] for number in range(101)]
    assert told == [401] * 100 + [429]


def tried_everywhere(rest, times):
    """Failures for Nadia's account, each from another address."""
    now = rest.clock.now()

    def one(session, address):
        asked = login.Login(email="nadia@example.org", address=address, most=10)
        login.finish_login(session, asked, login.begin_login(session, asked, now), now, right=False)

    for number in range(times):
        rest.write(lambda session, number=number: one(session, f"10.0.0.{number}"))


def test_many_addresses_cannot_try_one_account_for_ever(rest):
    tried_everywhere(rest, 100)
    assert fail(rest) == [429]
    rest.clock.pass_time(hours=1)
    assert fail(rest) == [401]


def test_strangers_do_not_lock_anybody_out_where_they_are_logged_in(rest):
    def at_home(session):
        session.query(AccessToken).update({"address": "testclient"})

    rest.write(at_home)
    tried_everywhere(rest, 100)
    assert fail(rest) == [401]


def test_one_subject_has_one_row_and_what_is_over_is_forgotten(world):
    def rows():
        return world.read(lambda session: session.scalar(select(func.count()).select_from(Attempts)))

    for _ in range(5):
        world.write(count_attempts, [(FIVE, "nadia"), (FIVE, "tomas")], world.clock.now())
    assert rows() == 2
    world.clock.pass_time(minutes=1)
    world.write(count_attempts, [(FIVE, "lena")], world.clock.now())
    assert rows() == 1


def test_wait_is_told_and_is_true(world):
    for _ in range(5):
        world.write(count_attempts, [(FIVE, "nadia")], world.clock.now())
    world.clock.pass_time(seconds=20)
    with pytest.raises(TooMany) as refused:
        world.read(check_attempts, [(FIVE, "nadia")], world.clock.now())
    assert refused.value.extra == {"retryAfterS": 40}
    world.clock.pass_time(seconds=40)
    world.read(check_attempts, [(FIVE, "nadia")], world.clock.now())


def test_clock_that_is_set_back_locks_nobody_out_for_longer(world):
    for _ in range(5):
        world.write(count_attempts, [(FIVE, "nadia")], world.clock.now())
    world.clock.pass_time(days=-1)
    world.read(check_attempts, [(FIVE, "nadia")], world.clock.now())
    world.write(count_attempts, [(FIVE, "nadia")], world.clock.now())
    world.read(check_attempts, [(FIVE, "nadia")], world.clock.now())


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_caller_of_ipv6_is_known_by_the_network_it_has_to_itself(host, address):
    assert address_of(host) == address
