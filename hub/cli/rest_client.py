"""The hub's REST API, as a command that runs beside it uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

TIMEOUT_S = 30


class HubSays(Exception):
    """Raised when the hub refuses; the text is its problem's detail."""


class NoHub(Exception):
    """Raised when nothing that is a hub answers; the text says what does instead."""


class RestClient:
    """Speaks for one user once `login` was called. `url` is the hub's, such as `http://127.0.0.1:8000`."""

    def __init__(self, url: str) -> None:
        """Raises NoHub for what is not the address of a web server."""
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise NoHub(f"{url!r} is not an address; it looks like http://127.0.0.1:8000.")
        self.url = url.rstrip("/")
        self._token: str | None = None
        self._opener = build_opener(ProxyHandler({}))  # the hub is beside us, whatever leads to the Internet

    def login(self, email: str, password: str) -> None:
        """Raises HubSays, NoHub."""
        answer = self.post("/auth/login", {"email": email, "password": password})
        try:
            self._token = answer["accessToken"]
        except (LookupError, TypeError) as error:
            raise NoHub(f"what answers at {self.url} is not a hub.") from error

    def use_token(self, token: str) -> None:
        """Speaks with an API token from now on, or with that of a session."""
        self._token = token

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path)

    def items(self, path: str, **query: str) -> Iterator[Any]:
        """Every item of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                return

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = Request(f"{self.url}/api/v1{path}", data, headers, method=method)  # noqa: S310  http(s), checked
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                words = answer.read()
            return json.loads(words) if words else None
        except HTTPError as error:
            raise _refusal(error) from error
        except URLError as error:
            raise NoHub(f"can't reach a hub at {self.url}: {error.reason}.") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NoHub(f"what answers at {self.url} is not a hub: {error}.") from error


def _refusal(error: HTTPError) -> HubSays:
    try:
        problem = json.loads(error.read())
        return HubSays(problem["detail"])
    except (ValueError, LookupError, TypeError, OSError):
        return HubSays(f"{error.code} {error.reason}")
