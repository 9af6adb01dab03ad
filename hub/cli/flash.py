"""`circletime flash`: the installer's tool, with this hub's REST API at its other end."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from hub.cli.rest_client import HubSays, NoHub, RestClient
from tools import flash
from tools.installer.trouble import InstallFailed

Answer = TypeVar("Answer")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "flash",
        description=flash.DESCRIPTION,
        epilog=flash.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    flash.add_arguments(parser)
    parser.set_defaults(func=lambda arguments: flash.run(arguments, connect))


def connect(url: str, who: Mapping[str, str]) -> HubOverRest:
    """The hub there, as who was named. Raises InstallFailed."""
    client = _tried("hub-refuses", lambda: RestClient(url))
    if "CIRCLETIME_TOKEN" in who:
        client.use_token(who["CIRCLETIME_TOKEN"])
    else:
        email, password = who["CIRCLETIME_EMAIL"], who["CIRCLETIME_PASSWORD"]
        _tried("login-refused", lambda: client.login(email, password))
    _tried("login-refused", lambda: client.get("/panels"))
    return HubOverRest(client)


class HubOverRest:
    """What `tools.installer.registration.HubDoor` promises."""

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self.url = client.url

    def items(self, path: str, **query: str) -> Iterator[Any]:
        return iter(_tried("hub-refuses", lambda: list(self._client.items(path, **query))))

    def get(self, path: str) -> Any:
        return _tried("hub-refuses", lambda: self._client.get(path))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return _tried("hub-refuses", lambda: self._client.post(path, body))

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return _tried("hub-refuses", lambda: self._client.patch(path, body))


def _tried(refused: str, call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    except HubSays as error:
        raise InstallFailed(refused, str(error)) from error
    except NoHub as error:
        raise InstallFailed("hub-unreachable", str(error)) from error
