"""docs/security.md names the tests that have tried: each exists. And the two promises that stand nowhere else."""

import re
from ipaddress import ip_address
from pathlib import Path

from sqlalchemy import text

from hub.settings import from_environment
from tests.fakes import FakeClock
from tests.hub.rest import running_hub

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_page_names_exists():
    named = NAMED.findall(PAGE.read_text())
    assert len(named) > 40
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text()
    ]
    assert missing == []


def test_every_threat_has_a_test():
    sections = PAGE.read_text().split("\n## ")[1:]
    assert [section.splitlines()[0] for section in sections if not NAMED.search(section)] == []


def test_nothing_listens_beyond_this_machine_unless_told():
    settings = from_environment({})
    assert ip_address(settings.host).is_loopback
    assert ip_address(settings.mqtt_host).is_loopback


def test_new_hub_lets_nobody_in(tmp_path):
    settings = from_environment({"CIRCLETIME_DATA_DIR": str(tmp_path), "CIRCLETIME_BROKER_URL": "none"})
    with running_hub(settings, FakeClock()) as hub:
        database = hub.app.state.hub.database
        count = hub.blocking_portal.call(
            database.read, lambda session: session.scalar(text("SELECT count(*) FROM users"))
        )
        assert count == 0
        login = {"email": "admin@example.org", "password": "admin"}
        assert hub.post("/api/v1/auth/login", json=login).status_code == 401
