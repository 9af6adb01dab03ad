"""`circletime serve`: the hub, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn

from hub import journal, spans
from hub.app import create_app
from hub.cli.data_directory import CannotServe, data_directory
from hub.db.migrate import upgrade
from hub.events import Closing
from hub.panel import scripts
from hub.settings import Settings, addresses, from_environment, networks, port
from hub.tls.offer import Offer

EXAMPLES = """examples:
  circletime serve
  circletime serve --data-dir /var/lib/circletime --host 0.0.0.0 --mqtts-port 8883 --mqtts-name hub.example.org
  circletime serve --host 0.0.0.0 --https --public-url https://rooms.example.org:8000    # browsers come by TLS
  CIRCLETIME_METRICS_TOKEN_FILE=/etc/circletime/metrics circletime serve    # Prometheus may ask /metrics
  CIRCLETIME_BROKER_URL=none circletime serve --port 8001    # a second hub on the same data, without a broker
"""


BACKLOG = 2048
OPEN_FILES = 65_536


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "serve",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data-dir", type=Path, help="where the database lives (default: ./data)")
    parser.add_argument("--host", help="the web app's and REST's address (default: 127.0.0.1)")
    parser.add_argument("--port", type=port, help="their port (default: 8000)")
    parser.add_argument(
        "--https",
        action="store_true",
        default=None,
        help="that port speaks TLS, with a certificate from the hub's own CA (`circletime tls`) or a given one",
    )
    parser.add_argument("--https-certificate", type=Path, help="PEM file of that certificate and its chain")
    parser.add_argument(
        "--https-key", type=Path, help="PEM file of its private key, where that is another file"
    )
    parser.add_argument("--mqtt-host", help="the panels' address (default: 127.0.0.1)")
    parser.add_argument("--mqtt-port", type=port, help="their port, plain (default: 1883)")
    parser.add_argument("--mqtts-port", type=port, help="their port, TLS (default: none)")
    parser.add_argument("--mqtts-host", help="the address of TLS (default: that of --host)")
    parser.add_argument(
        "--mqtts-name",
        action="append",
        dest="mqtts_names",
        metavar="NAME",
        help="a host name or address by which panels find it; may be repeated, the first is what they are told",
    )
    parser.add_argument(
        "--mqtts-certificate",
        type=Path,
        help="PEM file of a TLS certificate and its chain (default: one from the hub's own CA)",
    )
    parser.add_argument("--mqtts-key", type=Path, help="PEM file of its private key")
    parser.add_argument(
        "--mqtts-ca",
        type=Path,
        help="PEM file of the CA that panels are to trust: its own, or that of a broker elsewhere",
    )
    parser.add_argument(
        "--hub-address",
        action="append",
        dest="hub_addresses",
        metavar="HOST:PORT",
        help="where panels find the hub from now on, or will; may be repeated, tried in turn",
    )
    parser.add_argument(
        "--proxy",
        action="append",
        dest="proxies",
        metavar="ADDRESS",
        help="a proxy or load balancer that is believed about whom requests come from (X-Forwarded-For); may be repeated",
    )
    parser.add_argument("--public-url", help="where browsers and phones find the hub, for links and QR codes")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    flags = {name: value for name, value in vars(arguments).items() if name != "func"}
    if arguments.mqtts_names:
        flags["mqtts_names"] = tuple(arguments.mqtts_names)
    if arguments.proxies:
        flags["proxies"] = networks(arguments.proxies)
    if arguments.hub_addresses:
        flags["hub_addresses"] = addresses(arguments.hub_addresses)
    settings = from_environment(os.environ, **flags)
    journal.begin(settings.log_format)
    end_spans = spans.begin(os.environ)
    try:
        with data_directory(settings):
            scripts.report_missing()
            upgrade(settings.database)  # here a database that is away is a sentence
            serve(settings)
    except CannotServe as error:
        print(f"circletime serve: {error}", file=sys.stderr)
        return 1
    finally:
        end_spans()
    return 0


def listening_socket(host: str, port: int, flag: str) -> socket.socket:
    """A bound socket, or CannotServe that names the flag to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(BACKLOG)  # only a port that is listened on is taken for the next who asks
    except OSError as error:
        found.close()
        raise CannotServe(f"can't listen on {host}:{port}: {error.strerror}. Give another {flag}.") from error
    return found


class Server(uvicorn.Server):
    """Ends the web app's event streams first; they would go on, and uvicorn waits for them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.hub.events.publish(Closing())  # type: ignore[union-attr]
        await super().shutdown(sockets)


def open_files_as_allowed() -> None:
    """Each panel and each browser is an open file, and the usual limit of 1,024 is for programs with few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _shows(tls: Offer | None) -> Callable[..., ssl.SSLContext] | None:
    """The context whose certificate is renewed while the hub runs; uvicorn would read its files once."""
    return None if tls is None else lambda *_: tls.context


def serve(settings: Settings) -> None:
    """Runs the hub until it is told to stop. Raises CannotServe where a port is taken."""
    open_files_as_allowed()
    web = listening_socket(settings.host, settings.port, "--port")
    if settings.broker_url is None:
        listening_socket(settings.mqtt_host, settings.mqtt_port, "--mqtt-port").close()
        if settings.mqtts_port is not None:
            listening_socket(settings.mqtts_address, settings.mqtts_port, "--mqtts-port").close()
    app = create_app(settings, apart=True)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,  # an address may hold the secret of a calendar feed
        lifespan="on",
        timeout_graceful_shutdown=3,
        server_header=False,
        proxy_headers=bool(
            settings.proxies
        ),  # anybody may send X-Forwarded-For; failed logins are counted by who asks
        forwarded_allow_ips=list(settings.proxies),
        date_header=True,
        ssl_context_factory=_shows(app.state.web_tls),
    )
    server = Server(config)
    print(f"Circle Time serves {settings.url} (web and REST)", flush=True)
    asyncio.run(server.serve(sockets=[web]))
    if not server.started:
        raise CannotServe("the hub did not start; the log above says why.")
