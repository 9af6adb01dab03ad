"""The hub's own CA: made once, for its owner's eyes, and what it signs is renewed in time."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import Conflict
from hub.tls import issuing
from hub.tls.keyring import Keyring

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAMES = ("127.0.0.1", "hub.example.org")


@pytest.fixture
def keyring(tmp_path):
    return Keyring(tmp_path)


def leaf(keyring, now=NOW, names=NAMES):
    return issuing.read_pair(keyring.leaf(names, now).read_bytes())


def test_first_start_makes_a_ca_and_a_certificate_of_it(keyring):
    made = leaf(keyring)
    authority = keyring.authority()
    assert issuing.is_from(made, authority)
    assert issuing.names_of(made.certificate) == NAMES
    assert keyring.trusted() == [authority]


def test_every_key_is_for_its_owner_alone(keyring, tmp_path):
    leaf(keyring)
    keyring.prepare_next(NOW)
    keyring.use_next()
    folder = tmp_path / "tls"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    keys = [path for path in folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert {path.name for path in keys} == {"ca.pem", "hub.pem"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}


def test_ca_stays_the_same_from_start_to_start(keyring, tmp_path):
    first = leaf(keyring)
    assert leaf(Keyring(tmp_path), NOW + timedelta(days=1)) == first


def test_board_whose_clock_was_never_set_finds_both_certificates_begun(keyring):
    made = leaf(keyring)
    for one in (made, keyring.authority()):
        assert one.certificate.not_valid_before_utc <= datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("days", "renewed"), [(59, False), (61, True), (1000, True), (-1, True)])
def test_certificate_is_renewed_well_before_its_end_and_after_a_step_of_the_clock(keyring, days, renewed):
    first = leaf(keyring)
    assert (leaf(keyring, NOW + timedelta(days=days)) != first) is renewed


def test_other_names_make_another_certificate(keyring):
    first = leaf(keyring)
    assert leaf(keyring, names=("10.0.0.7",)) != first
    assert keyring.trusted() == [keyring.authority()]


def test_next_ca_is_trusted_before_it_is_used(keyring):
    first = leaf(keyring)
    before, following = keyring.authority(), keyring.prepare_next(NOW)
    assert keyring.trusted() == [before, following]
    assert leaf(keyring) == first
    assert keyring.use_next() == following
    assert keyring.trusted() == [following]
    assert issuing.is_from(leaf(keyring), following)


def test_ca_changes_only_step_by_step(keyring):
    with pytest.raises(Conflict) as refusal:
        keyring.prepare_next(NOW)
    assert refusal.value.slug == "no-ca"
    leaf(keyring)
    with pytest.raises(Conflict) as refusal:
        keyring.use_next()
    assert refusal.value.slug == "no-next-ca"
    keyring.prepare_next(NOW)
    with pytest.raises(Conflict) as refusal:
        keyring.prepare_next(NOW)
    assert refusal.value.slug == "ca-change-underway"


def test_damaged_key_is_an_error_that_names_its_file_and_is_not_replaced(keyring, tmp_path):
    leaf(keyring)
    (tmp_path / "tls" / "ca.pem").write_text("not a key")
    with pytest.raises(ValueError, match=r"ca\.pem"):
        leaf(keyring)
    assert (tmp_path / "tls" / "ca.pem").read_text() == "not a key"
