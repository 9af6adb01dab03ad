"""A database comes to the newest schema from nothing, and the schema is what the models say."""

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import hub
from hub.bookings.models import NEVER_OVERLAP, SQLITE_TRIGGERS
from hub.db import migrate
from hub.db.address import address
from hub.db.base import Base
from hub.db.migrate import upgrade
from hub.errors import Unavailable
from hub.rooms.models import AMENITIES

for module in pkgutil.walk_packages(hub.__path__, "hub."):
    if module.name.endswith(".models") or module.name == "hub.db.idempotency":
        importlib.import_module(module.name)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request, tmp_path):
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'circletime.db'}"
    else:
        with request.getfixturevalue("postgres").copied("template1") as url:
            yield url


@pytest.fixture
def engine(database_url):
    at = address(database_url)
    found = create_engine(at.set(drivername="sqlite") if at.get_backend_name() == "sqlite" else at)
    yield found
    found.dispose()


def test_models_and_migrations_agree(engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_newest_version_is_where_the_migrations_end():
    assert ScriptDirectory(str(migrate.MIGRATIONS)).get_heads() == [migrate.newest()]


def test_what_alembic_does_not_compare_is_there(engine):
    sqlite = engine.dialect.name == "sqlite"
    triggers = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
    exclusions = "SELECT conname FROM pg_constraint WHERE contype = 'x'"
    with engine.connect() as connection:
        found = set(connection.scalars(text(triggers if sqlite else exclusions)))
        amenities = dict(connection.execute(text("SELECT slug, name FROM amenities")).all())
    assert found == ({trigger.strip() for trigger in SQLITE_TRIGGERS} if sqlite else {NEVER_OVERLAP})
    assert amenities == AMENITIES


def test_upgrading_again_changes_nothing(tmp_path):
    path = tmp_path / "new" / "circletime.db"
    upgrade(f"sqlite:///{path}")
    before = path.read_bytes()
    upgrade(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_issues_reported_twice_before_they_were_folded_are_one(empty_url):
    engine = migrate._engine(empty_url)
    with engine.begin() as connection:
        alembic.command.upgrade(migrate._config(connection), "0001")
        at = "1" if engine.dialect.name == "sqlite" else "to_timestamp(1)"
        for statement in (
            "INSERT INTO buildings VALUES (1, 'b', 'HQ', 'hq', 'UTC', NULL)",
            "INSERT INTO floors VALUES (1, 'f', 1, '2', '2', NULL)",
            (
                "INSERT INTO rooms (key, id, floor_key, name, name_folded, capacity, policy, has_panels, created_at, "
                f"revision, published_revision) VALUES (1, 'r', 1, 'Oak', 'oak', 4, '{{}}', false, {at}, 1, 0)"
            ),
            (
                "INSERT INTO issue_reports (id, room_key, category, text, status, reported_at) VALUES "
                f"('i1', 1, 'Light', 'dim', 'open', {at}), ('i2', 1, ' light', 'dark', 'open', {at}), "
                f"('i3', 1, 'light', NULL, 'open', {at}), ('i4', 1, 'chairs', NULL, 'open', {at})"
            ),
        ):
            connection.execute(text(statement))
    upgrade(empty_url)
    with engine.begin() as connection:
        found = connection.execute(text("SELECT id, category, text, reports FROM issue_reports ORDER BY key"))
        assert found.all() == [("i1", "light", "dark", 3), ("i4", "chairs", None, 1)]
    engine.dispose()


def test_processes_that_start_at_once_wait_in_line(empty_url):
    with ThreadPoolExecutor() as threads:
        assert list(threads.map(upgrade, [empty_url] * 4)) == [None] * 4


def test_database_that_does_not_answer_is_said(tmp_path, caplog):
    with pytest.raises(Unavailable) as refused:
        upgrade(f"postgresql://nobody@/none?host={tmp_path}")
    assert refused.value.slug == "storage-unavailable"
    assert str(tmp_path) in caplog.text


def test_when_rooms_were_out_of_service_is_told_from_the_audit_log(empty_url):
    """One that was closed and opened again, one that is closed still, and one that always was."""
    engine = migrate._engine(empty_url)
    sqlite = engine.dialect.name == "sqlite"

    def at(seconds):
        return str(seconds) if sqlite else f"to_timestamp({seconds})"

    def change(seconds, room, before, after):
        detail = f'{{"outOfService": [{before}, {after}]}}'
        return (
            "INSERT INTO audit_log (at, action, subject_id, detail) "
            f"VALUES ({at(seconds)}, 'room.change', '{room}', '{detail}')"
        )

    def room(key, name, out):
        return (
            "INSERT INTO rooms (key, id, floor_key, name, name_folded, capacity, policy, has_panels, out_of_service, "
            f"created_at, revision, published_revision) VALUES ({key}, '{name}', 1, '{name}', '{name}', 4, '{{}}', "
            f"false, {out}, {at(1)}, 1, 0)"
        )

    with engine.begin() as connection:
        alembic.command.upgrade(migrate._config(connection), "0007")
        for statement in (
            "INSERT INTO buildings VALUES (1, 'b', 'HQ', 'hq', 'UTC', NULL)",
            "INSERT INTO floors VALUES (1, 'f', 1, '2', '2', NULL)",
            room(1, "again", "NULL"),
            room(2, "still", "'Leak'"),
            room(3, "always", "'Leak'"),
            change(10, "again", "null", '"Leak"'),
            change(20, "again", '"Leak"', '"Big leak"'),
            change(30, "again", '"Big leak"', "null"),
            change(40, "still", "null", '"Leak"'),
        ):
            connection.exec_driver_sql(statement)
        alembic.command.upgrade(migrate._config(connection), "head")
        seconds = (
            "began_at, ended_at" if sqlite else "extract(epoch FROM began_at), extract(epoch FROM ended_at)"
        )
        found = connection.exec_driver_sql(
            f"SELECT room_key, {seconds} FROM out_of_service ORDER BY room_key"
        ).all()
    engine.dispose()
    assert found == [(1, 10, 30), (2, 40, None), (3, 1, None)]
