"""The audit of locked packages fails for a hole, and for nothing else; it never calls sound what it could not ask about."""

import pytest

from tools import audit

SOUND = {"name": "litestar", "version": "2.25.0", "vulns": []}
HOLED = {"name": "pillow", "version": "9.0.0", "vulns": [{"id": "PYSEC-2022-8"}]}


def test_every_locked_package_is_asked_about():
    packages = audit.pinned(audit.LOCK)
    assert len(packages) > 40
    assert any(one.startswith("litestar==") for one in packages)


@pytest.mark.parametrize(
    ("found", "code", "says"),
    [
        ([], 0, "could not be asked"),
        ([SOUND], 0, "no known hole in the 1 of 2"),
        ([SOUND, HOLED], 1, "pillow 9.0.0 has PYSEC-2022-8"),
    ],
)
def test_report_is_what_was_found(found, code, says):
    said = audit.report(found, 2)
    assert (said[0], says in said[1]) == (code, True)


def test_database_that_can_not_be_reached_knows_nothing(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    assert audit.asked(["litestar==2.25.0"]) == []
