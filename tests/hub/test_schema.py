"""A database comes to the newest schema from nothing, and the schema is what the models say."""

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

import hub
from hub.bookings.models import NEVER_OVERLAP, SQLITE_TRIGGERS
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


def test_processes_that_start_at_once_wait_in_line(empty_url):
    with ThreadPoolExecutor() as threads:
        assert list(threads.map(upgrade, [empty_url] * 4)) == [None] * 4


def test_database_that_does_not_answer_is_said(tmp_path, caplog):
    with pytest.raises(Unavailable) as refused:
        upgrade(f"postgresql://nobody@/none?host={tmp_path}")
    assert refused.value.slug == "storage-unavailable"
    assert str(tmp_path) in caplog.text
