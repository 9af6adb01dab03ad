"""An OpenID provider of ours that does all as it should but for what a test has it do: the certified one can't be made to lie."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from hub.clock import unix
from tests.oidc.provider import CLIENT, OpenIdProvider

KEYS = [RSAKey.generate_key(2048, {"kid": f"key{number}", "use": "sig"}) for number in (1, 2)]
NADIA = {"sub": "u-nadia", "email": "nadia@example.org", "email_verified": True, "name": "Nadia Kovacs"}


class LyingProvider:
    """`answers[path]` is a status and a body instead of the true one; `claims`, `header`, `token` and `metadata` change what is
    true; a value of None takes the field away."""

    def __init__(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider._answer(self, b"")

            def do_POST(self):
                provider._answer(self, self.rfile.read(int(self.headers["content-length"])))

            def log_message(self, *_):
                """Tests say enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.clock = None
        self.be_honest()
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def be_honest(self):
        self.key, self.shown = KEYS[0], [KEYS[0]]
        self.answers, self.claims, self.header, self.token, self.metadata = {}, {}, {}, {}, {}
        self.userinfo = self.signed = None
        self.asked, self.forms = [], []

    environment = OpenIdProvider.environment

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def walk(self, url, who="u-nadia"):
        """The code remembers what it was asked for."""
        asked = dict(parse_qsl(urlsplit(url).query))
        self._nonce = asked["nonce"]
        back = {"code": "a code", "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def _answer(self, request, body):
        path = urlsplit(request.path).path
        self.asked.append(path)
        if body:
            self.forms.append(parse_qs(body.decode()))
        status, found = self.answers.get(path) or (200, self._true(path))
        told = found if isinstance(found, bytes) else json.dumps(found).encode()
        request.send_response(status)
        if status in {301, 302, 307}:
            request.send_header("Location", f"{self.issuer}/elsewhere")
        request.send_header("Content-Length", str(len(told)))
        request.end_headers()
        try:
            request.wfile.write(told)
        except ConnectionError:
            return  # the hub has had enough

    def _true(self, path):
        if path == "/.well-known/openid-configuration":
            there = {name: self.issuer + where for name, where in PLACES.items()}
            described = {"issuer": self.issuer, "authorization_response_iss_parameter_supported": True}
            return _without_none(there | described | self.metadata)
        if path == "/keys":
            return KeySet(self.shown).as_dict()
        if path == "/userinfo":
            return self.userinfo or {"sub": (NADIA | self.claims)["sub"]}
        return _without_none(
            {"access_token": "an access token", "token_type": "Bearer", "id_token": self._id_token()}
            | self.token
        )

    def _id_token(self):
        if self.signed is not None:
            return self.signed
        now = unix(self.clock.now())
        claims = NADIA | {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self._nonce,
        }
        claims["at_hash"] = create_half_hash("an access token", "RS256").decode()
        header = {"alg": "RS256", "kid": self.key.kid} | self.header
        return jwt.encode(header, _without_none(claims | self.claims), self.key)


PLACES = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "jwks_uri": "/keys",
    "userinfo_endpoint": "/userinfo",
}


def _without_none(found):
    return {name: value for name, value in found.items() if value is not None}
