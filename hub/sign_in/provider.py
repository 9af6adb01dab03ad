"""The OpenID provider: where people are sent, and what what they come back with is worth.

The code flow with PKCE, state and nonce (OpenID Core 3.1; RFC 9700, 2.1). Nonce and verifier are derived from the secret
in the browser's cookie, so that a code of another browser, or of another sign-in, is worth nothing. No token is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.accounts.identities import Person
from hub.clock import Clock, unix
from hub.sign_in import claims, refusals
from hub.sign_in.calling import call
from hub.sign_in.terms import Terms, may_be_called

_log = logging.getLogger(__name__)

SIGNATURES = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
]
"""By the provider's private key alone. `none` is nobody's, and with HS256 its public key could be taken for a secret."""
LEEWAY_S = 60
OLDEST = timedelta(hours=1)
"""How long what the provider says of itself is believed."""
SOONEST = timedelta(minutes=1)
"""How soon its keys are asked for again where a token names one that is not among them."""


@dataclass(frozen=True, slots=True)
class Tokens:
    id_token: str
    access_token: str


class Provider:
    def __init__(self, terms: Terms, clock: Clock) -> None:
        self.terms = terms
        self._clock = clock
        self._facts: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    async def way_there(self, state: str, secret: str) -> str:
        """Where the browser with this secret is sent. Raises Unavailable."""
        facts = await self._metadata()
        uri: str = prepare_grant_uri(
            facts["authorization_endpoint"],
            self.terms.client_id,
            "code",
            redirect_uri=self.terms.redirect_uri,
            scope=self.terms.scope,
            state=state,
            nonce=_derived(secret, "nonce"),
            code_challenge=create_s256_code_challenge(_derived(secret, "verifier")),
            code_challenge_method="S256",
        )
        return uri

    async def check_sender(self, issuer: str | None) -> None:
        """That an answer names this provider, where it says that it does so, or names any (RFC 9207, 2.4).

        Raises Forbidden, and Unavailable.
        """
        facts = await self._metadata()
        owed = facts.get("authorization_response_iss_parameter_supported") is True
        if issuer != self.terms.issuer and (owed or issuer is not None):
            raise refusals.not_sound("It names another issuer, or none.")

    async def who_came(self, code: str, secret: str) -> Person:
        """Whom the provider vouches for. Raises Forbidden for all that is not surely its answer, and Unavailable."""
        tokens = await self._redeem(code, _derived(secret, "verifier"))
        known = await self._checked(tokens, _derived(secret, "nonce"))
        if claims.wanted(self.terms) - known.keys():
            known = await self._more(known, tokens.access_token)
        return claims.person_in(known, self.terms)

    async def way_out(self) -> str | None:
        """Where the browser ends its session at the provider too, which sends it back to the login page (OpenID
        RP-Initiated Logout); None where the provider has no such place, or can't be asked."""
        try:
            there = (await self._metadata()).get("end_session_endpoint")
        except Exception:  # noqa: BLE001  a logout here must not fail for what is wrong there
            return None
        if not may_be_called(there):
            return None
        wish = {"client_id": self.terms.client_id, "post_logout_redirect_uri": f"{self.terms.hub_url}/login"}
        return f"{there}{'&' if '?' in str(there) else '?'}{urlencode(wish)}"

    async def _redeem(self, code: str, verifier: str) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.terms.redirect_uri,
            "code_verifier": verifier,
        }
        facts = await self._metadata()
        id_, secret = self.terms.client_id, self.terms.client_secret
        auth: httpx.Auth | None = None
        methods = facts.get("token_endpoint_auth_methods_supported")
        in_form = isinstance(methods, list) and "client_secret_basic" not in methods
        if secret is None or in_form:
            form |= {"client_id": id_} | ({"client_secret": secret} if secret else {})
        else:
            auth = httpx.BasicAuth(quote(id_, safe=""), quote(secret, safe=""))  # RFC 6749, 2.3.1
        status, answer = await call("POST", facts["token_endpoint"], form=form, auth=auth)
        if status >= 500:
            raise refusals.unreachable(f"It answers {status}.")
        if status != 200:
            _log.warning("the sign-in provider takes no code: %.100s", answer.get("error"))
            raise refusals.not_sound("The provider does not take its code.")
        found = answer.get("id_token"), answer.get("access_token"), answer.get("token_type")
        if not all(isinstance(one, str) for one in found) or str(found[2]).lower() != "bearer":
            raise refusals.not_sound("There is no token in it.")
        return Tokens(str(found[0]), str(found[1]))

    async def _checked(self, tokens: Tokens, nonce: str) -> dict[str, Any]:
        """What the ID token says, once all of OpenID Core 3.1.3.7 holds."""
        keys = await self._key_set()
        try:
            token = jwt.decode(tokens.id_token, keys, algorithms=SIGNATURES)
        except (JoseError, ValueError, TypeError):
            token = self._decoded(tokens.id_token, await self._key_set(anew=True))
        try:
            found = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.terms.issuer},
                    "aud": {"essential": True, "value": self.terms.client_id},
                    "sub": {"essential": True},
                    "exp": {"essential": True},
                    "iat": {"essential": True},
                    "nonce": {"essential": True, "value": nonce},
                },
                params={
                    "nonce": nonce,
                    "client_id": self.terms.client_id,
                    "access_token": tokens.access_token,
                },
            )
            found.validate(unix(self._clock.now()), LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            _log.warning("an ID token does not hold: %.200s", error)
            raise refusals.not_sound("Its ID token is not for this sign-in.") from error
        if not isinstance(found["sub"], str) or not 0 < len(found["sub"]) <= 255:
            raise refusals.not_sound("It names nobody.")
        return dict(found)

    def _decoded(self, id_token: str, keys: KeySet) -> jwt.Token:
        try:
            return jwt.decode(id_token, keys, algorithms=SIGNATURES)
        except (JoseError, ValueError, TypeError) as error:
            _log.warning("an ID token's signature does not hold: %.200s", error)
            raise refusals.not_sound("Its ID token is not signed by the provider.") from error

    async def _more(self, known: dict[str, Any], access_token: str) -> dict[str, Any]:
        """With what the provider tells at its userinfo besides, where that is the same person (OpenID Core 5.3.2)."""
        there = (await self._metadata()).get("userinfo_endpoint")
        if not may_be_called(there):
            return known
        status, more = await call("GET", str(there), headers={"Authorization": f"Bearer {access_token}"})
        if status != 200 or more.get("sub") != known["sub"]:
            raise refusals.not_sound("Its userinfo is about somebody else.")
        if "email" in known and more.get("email", known["email"]) != known["email"]:
            more.pop(self.terms.verified_claim, None)  # what is said of another address
        return more | known

    async def _metadata(self) -> dict[str, Any]:
        """OpenID Discovery, and that it is this issuer's and leads nowhere in the clear."""
        now = self._clock.now()
        if self._facts and timedelta() <= now - self._facts[0] < OLDEST:
            return self._facts[1]
        status, found = await call("GET", f"{self.terms.issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != 200 or found.get("issuer") != self.terms.issuer:
            raise refusals.unreachable("It does not describe itself as the issuer that the hub is told of.")
        if not all(
            may_be_called(found.get(name))
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        ):
            raise refusals.unreachable("It names addresses that the hub does not call.")
        self._facts = now, found
        return found

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        now = self._clock.now()
        oldest = SOONEST if anew else OLDEST
        if self._keys and timedelta() <= now - self._keys[0] < oldest:
            return self._keys[1]
        status, found = await call("GET", (await self._metadata())["jwks_uri"])
        keys = found.get("keys")
        if status != 200 or not isinstance(keys, list):
            raise refusals.unreachable("It shows no keys.")
        signing = [one for one in keys if isinstance(one, dict) and one.get("use", "sig") == "sig"]
        try:
            self._keys = now, KeySet.import_key_set({"keys": signing})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise refusals.unreachable("Its keys can't be read.") from error
        return self._keys[1]


def _derived(secret: str, what: str) -> str:
    """43 characters of URL-safe base64, which PKCE takes."""
    digest = hmac.digest(secret.encode(), what.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
