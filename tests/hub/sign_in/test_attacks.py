"""The attacks of RFC 9700 (OAuth 2.0 Security Best Current Practice) that a client can meet, and what OpenID Core has it check.

Each is named by its section. Against the certified provider where an honest one is attacked, else against one that lies.
What does not apply: no token is used at a resource (4.9, 4.10), none is refreshed (4.14), no page posts messages (4.17).
"""

import base64
import hmac
import json
import shutil
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import update

from hub.accounts.attempts import count_attempts
from hub.accounts.models import Attempts
from hub.accounts.sign_ins import FROM
from hub.clock import WallClock
from hub.settings import BadSetting, Settings, from_environment
from hub.sign_in.terms import terms_of
from tests.fakes import FakeClock
from tests.hub.rest import running_hub
from tests.hub.sign_in.lying_provider import KEYS

NOT_SOUND = "sign-in-not-sound"


@pytest.fixture
def hub(hub_with, certified):
    with hub_with(certified, WallClock()) as found:
        yield found


def with_query(url, **changed):
    query = {name: one for name, (one,) in parse_qs(urlsplit(url).query).items()} | changed
    return (
        f"{url.partition('?')[0]}?{urlencode({name: one for name, one in query.items() if one is not None})}"
    )


# 4.1, 4.2, 4.3: where codes go


def test_provider_sends_no_code_to_another_address(hub):
    elsewhere = with_query(
        hub.start(), redirect_uri="http://rooms.example.org.evil.example/api/v1/auth/oidc/callback"
    )
    with pytest.raises(AssertionError, match="redirect_uri"):
        hub.provider.walk(elsewhere, "u-nadia")


def test_code_stays_neither_in_the_address_bar_nor_in_a_cache_nor_in_a_referer(hub):
    back = hub.provider.walk(hub.start(), "u-nadia")
    answer = hub.go(back.removeprefix("http://rooms.example.org"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/rooms"), "4.12: never 307"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


# 4.4: mix-up


@pytest.mark.parametrize("issuer", ["https://other.example", None, ""])
def test_answer_that_names_another_issuer_or_none_is_not_redeemed(deceived, issuer):
    back = with_query(deceived.provider.walk(deceived.start()), iss=issuer)
    assert deceived.come_back(back) == NOT_SOUND
    assert "/token" not in deceived.provider.asked


# 4.5: code injection; 4.8: PKCE downgrade


def test_stolen_code_is_worth_nothing_in_another_sign_in(hub):
    stolen = parse_qs(urlsplit(hub.provider.walk(hub.start(), "u-ada")).query)["code"][0]
    hub.client.cookies.clear()
    own = hub.provider.walk(hub.start(), "u-nadia")
    assert hub.come_back(with_query(own, code=stolen)) == NOT_SOUND


def test_code_asked_for_without_a_challenge_is_not_given(hub):
    for left_out in (
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
    ):
        asked = with_query(hub.start(), **left_out)
        try:
            back = hub.provider.walk(asked, "u-nadia")
        except AssertionError:
            continue
        assert hub.come_back(back) in {"sign-in-refused", NOT_SOUND}


def test_nonce_of_another_sign_in_is_refused(deceived):
    deceived.provider.claims = {"nonce": "of another"}
    assert deceived.sign_in() == NOT_SOUND
    deceived.provider.claims = {"nonce": None}
    assert deceived.sign_in() == NOT_SOUND


# 4.6: token injection


def test_tokens_that_come_through_the_browser_are_not_looked_at(deceived):
    back = with_query(deceived.provider.walk(deceived.start()), code=None, id_token="x", access_token="y")
    assert deceived.come_back(back) == "sign-in-refused"
    assert "/token" not in deceived.provider.asked


def test_access_token_of_another_is_told_by_its_hash(deceived):
    deceived.provider.token = {"access_token": "another access token"}
    assert deceived.sign_in() == NOT_SOUND


def test_userinfo_about_somebody_else_is_refused(deceived):
    deceived.provider.userinfo = {"sub": "u-ada", "email": "ada@example.org", "email_verified": True}
    deceived.provider.claims = {"email": None, "email_verified": None}
    assert deceived.sign_in() == NOT_SOUND


def test_address_verified_at_userinfo_is_not_the_one_in_the_token(deceived):
    deceived.provider.userinfo = {"sub": "u-nadia", "email": "other@example.org", "email_verified": True}
    deceived.provider.claims = {"email": "ada@example.org", "email_verified": None}
    assert deceived.sign_in() == "address-not-verified"


# 4.7: cross-site request forgery


def test_answer_holds_in_the_browser_that_went_alone(deceived):
    """Nobody is logged in as an attacker, whose state and code this is."""
    back = deceived.provider.walk(deceived.start())
    deceived.client.cookies.clear()
    assert deceived.come_back(back) == "sign-in-over", "a browser that never went"
    deceived.start()
    assert deceived.come_back(back) == "sign-in-over", "a browser on its own way"


def test_answer_holds_once(deceived):
    secret = {}
    back = deceived.provider.walk(deceived.start())
    secret = deceived.client.cookies.get("circletime_sign_in")
    assert deceived.come_back(back) == "/rooms"
    assert deceived.client.cookies.get("circletime_sign_in") is None
    deceived.client.cookies.set("circletime_sign_in", secret)
    assert deceived.come_back(back) == "sign-in-over"


def test_answer_holds_for_ten_minutes(deceived):
    back = deceived.provider.walk(deceived.start())
    deceived.clock.pass_time(minutes=10)
    assert deceived.come_back(back) == "sign-in-over"


def test_state_that_nobody_was_given_is_refused_and_used_up_by_a_refusal(deceived):
    back = deceived.provider.walk(deceived.start())
    assert deceived.come_back(with_query(back, state="guessed")) == "sign-in-over"
    back = deceived.provider.walk(deceived.start())
    assert deceived.come_back(with_query(back, error="access_denied", code=None)) == "sign-in-refused"
    assert deceived.come_back(back) == "sign-in-over"


def test_one_thing_said_twice_is_refused(deceived):
    back = deceived.provider.walk(deceived.start())
    assert deceived.come_back(back + "&code=another") == NOT_SOUND


def test_cookie_on_the_way_is_for_no_script_no_other_site_and_soon_over(hub_with, liar):
    with hub_with(liar, FakeClock(), public_url="https://rooms.example.org") as hub:
        answer = hub.go("/api/v1/auth/oidc/start")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-circletime_sign_in=")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()


def test_session_of_before_is_not_taken_over(deceived):
    deceived.client.cookies.set("circletime_session", "planted")
    deceived.sign_in()
    token = deceived.client.cookies.get("circletime_session", domain="rooms.example.org")
    assert token != "planted"
    assert len(token) == 43


def test_strangers_have_the_hub_remember_so_many_ways_and_no_more(deceived):
    def count(session):
        count_attempts(session, [(FROM, "testclient")], deceived.clock.now())
        session.execute(update(Attempts).where(Attempts.limit == FROM.name).values(times=FROM.most))

    deceived.rest.write(count)
    assert "problem=too-many-attempts" in deceived.start()


# 4.11: open redirects


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example/x",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/api/v1/auth/me",
        "/" + "x" * 600,
        "/a\r\nSet-Cookie: x=y",
        "",
    ],
)
def test_after_the_sign_in_nobody_is_sent_elsewhere(deceived, elsewhere):
    back = deceived.provider.walk(deceived.start(back_to=elsewhere))
    assert deceived.come_back(back) == "/"


# 2.6, 4.13: in the clear


def test_provider_in_the_clear_is_no_provider():
    said = {"CIRCLETIME_OIDC_ISSUER": "http://login.example.org", "CIRCLETIME_OIDC_CLIENT_ID": "x"}
    with pytest.raises(BadSetting, match="https"):
        terms_of(from_environment(said))


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("there", ["http://login.example.org/x", "file:///etc/passwd", 7, None])
def test_addresses_in_the_clear_are_not_called(deceived, name, there):
    deceived.provider.metadata = {name: there}
    assert deceived.start().partition("problem=")[2] == "provider-unreachable"


def test_userinfo_in_the_clear_is_not_asked(deceived):
    deceived.provider.metadata = {"userinfo_endpoint": "http://login.example.org/userinfo"}
    assert deceived.sign_in() == "/rooms"


# OpenID Core, 3.1.3.7: ID tokens


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": None},
        {"aud": ["circletime", "another-client"]},
        {"azp": "another-client"},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "of another"},
    ],
    ids=str,
)
def test_id_token_for_another_or_of_another_time_is_refused(deceived, claims):
    deceived.provider.claims = claims
    assert deceived.sign_in() == NOT_SOUND


def part(words):
    return base64.urlsafe_b64encode(json.dumps(words).encode()).rstrip(b"=").decode()


def signed_by(secret, words):
    digest = hmac.digest(secret, words.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_id_token_that_the_provider_has_not_signed_is_refused(deceived):
    liar = deceived.provider
    liar.walk(deceived.start())
    true = liar._id_token()
    header, body, signature = true.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    public = KEYS[0].as_pem(private=False)
    by_hmac = f"{part({'alg': 'HS256', 'kid': 'key1'})}.{body}"
    stranger = RSAKey.generate_key(2048, {"kid": KEYS[0].kid})
    forged = [
        f"{part({'alg': 'none'})}.{body}.",
        f"{part({'alg': 'none', 'kid': 'key1'})}.{body}.{signature}",
        f"{by_hmac}.{signed_by(public, by_hmac)}",
        jwt.encode({"alg": "RS256", "kid": "key1"}, claims, stranger),
        jwt.encode({"alg": "RS256", "kid": "key1", "jwk": stranger.as_dict(private=False)}, claims, stranger),
        f"{header}.{part(claims | {'sub': 'u-ada'})}.{signature}",
        f"{header}.{body}.",
        f"{header}.{body}",
        "",
        "x",
        "..",
        "\udcff",
    ]
    for one in forged:
        liar.signed = one
        assert deceived.sign_in() == NOT_SOUND, one


@pytest.mark.parametrize(
    "token", [{"id_token": None}, {"access_token": None}, {"token_type": "mac"}, {"id_token": 7}]
)
def test_answer_without_its_tokens_is_refused(deceived, token):
    deceived.provider.token = token
    assert deceived.sign_in() == NOT_SOUND


# What the provider says of itself


def test_provider_that_calls_itself_another_is_not_believed(deceived):
    deceived.provider.metadata = {"issuer": "https://other.example"}
    assert deceived.start().partition("problem=")[2] == "provider-unreachable"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {}),
        (302, {}),
        (200, b"["),
        (200, []),
        (200, b"\xff"),
        (200, b"[" * 100_000),
        (200, b"x" * 300_000),
    ],
    ids=range(7),
)
def test_answers_that_are_none_are_refusals(deceived, path, status, body):
    deceived.provider.claims = {"email": None} if path == "/userinfo" else {}
    deceived.provider.answers = {path: (status, body)}
    told = deceived.start()
    if told.startswith("http"):
        told = deceived.come_back(deceived.provider.walk(told))
    assert told.removeprefix("/login?problem=") in {"provider-unreachable", NOT_SOUND}
    assert "/elsewhere" not in deceived.provider.asked, "no redirect is followed"


def test_new_key_is_taken_and_strangers_keys_have_the_hub_ask_once_a_minute(deceived):
    liar = deceived.provider
    assert deceived.sign_in() == "/rooms"
    liar.key, liar.shown = KEYS[1], KEYS
    deceived.clock.pass_time(minutes=1)
    assert deceived.sign_in() == "/rooms", "the provider has a new key"
    liar.key = RSAKey.generate_key(2048, {"kid": "unknown"})
    before = liar.asked.count("/keys")
    for _ in range(5):
        assert deceived.sign_in() == NOT_SOUND
    assert liar.asked.count("/keys") == before
    liar.key, liar.shown = KEYS[0], [KEYS[0]]
    deceived.clock.pass_time(hours=1)
    liar.key = KEYS[1]
    assert deceived.sign_in() == NOT_SOUND, "a key that was taken back"


def test_secret_goes_to_the_token_endpoint_alone_and_no_token_is_kept(deceived, caplog):
    assert deceived.sign_in() == "/rooms"
    (form,) = deceived.provider.forms
    assert "client_secret" not in form, "it is in the header"
    kept = b"".join(path.read_bytes() for path in deceived.folder.glob("circletime.db*"))
    for secret in ("an access token", "a code", form["code_verifier"][0], deceived.provider._nonce):
        assert secret.encode() not in kept
        assert secret not in caplog.text


# Accounts


def test_who_has_an_address_that_was_another_s_is_not_the_other(deceived):
    assert deceived.sign_in() == "/rooms"
    deceived.client.cookies.clear()
    deceived.provider.claims = {"sub": "u-new-nadia"}
    assert deceived.sign_in() == "account-of-another"


@pytest.mark.parametrize("verified", [None, False, "false", "no", 0, [], {}, "yes"])
def test_only_a_true_word_verifies_an_address(deceived, verified):
    deceived.provider.claims = {"email_verified": verified}
    assert deceived.sign_in() == "address-not-verified"


@pytest.mark.parametrize(
    "claims",
    [
        {"name": "x" * 5000},
        {"name": "two\nlines\x00", "sub": "u-2", "email": "two@example.org"},
        {"name": 7, "roles": 7, "department": ["x"], "sub": "u-3", "email": "three@example.org"},
        {"name": None, "roles": {"rooms-admin": True}, "sub": "u-4", "email": "four@example.org"},
        {
            "department": "\x00\n",
            "roles": ["rooms-admin", 7, None],
            "sub": "u-5",
            "email": "five@example.org",
        },
    ],
    ids=range(5),
)
def test_claims_that_make_no_sense_are_left_out(deceived, claims):
    deceived.provider.claims = claims
    assert deceived.sign_in() == "/rooms"


@pytest.mark.parametrize("email", ["", "@", "a@b@c", "a b@example.org", 7, "x" * 300 + "@example.org"])
def test_address_that_is_none_lets_nobody_in(deceived, email):
    deceived.provider.claims = {"email": email}
    assert deceived.sign_in() in {"address-not-verified", "bad-email"}


def test_groups_that_lie_elsewhere_change_no_role(deceived):
    lena = {"sub": "u-lena", "email": "lena@example.org", "_claim_names": {"roles": "src1"}}
    deceived.provider.claims = lena
    assert deceived.sign_in() == "/rooms"
    assert deceived.me()["role"] == "manager"


def test_hub_without_a_provider_says_so(tmp_path, empty_database):
    shutil.copy(empty_database, tmp_path / "circletime.db")
    with running_hub(Settings(data_dir=tmp_path, broker_url="none")) as client:
        for path in ("start", "callback?code=x&state=y"):
            answer = client.get(f"/api/v1/auth/oidc/{path}", follow_redirects=False)
            assert answer.headers["location"].partition("problem=")[2] == "no-sign-in-provider"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"CIRCLETIME_PASSWORD_LOGIN": "off"}, "CIRCLETIME_OIDC_ISSUER"),
        ({"CIRCLETIME_OIDC_ISSUER": "https://login.example.org"}, "CIRCLETIME_OIDC_CLIENT_ID"),
        (
            {
                "CIRCLETIME_OIDC_ISSUER": "https://l.example",
                "CIRCLETIME_OIDC_CLIENT_ID": "x",
                "CIRCLETIME_OIDC_ADMINS": "a",
            },
            "CIRCLETIME_OIDC_ROLE_CLAIM",
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_the_start(said, wrong):
    with pytest.raises(BadSetting, match=wrong):
        terms_of(from_environment(said))
