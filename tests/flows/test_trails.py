"""One request, followed through a running hub's log, figures and traces: REST, commit, publish, ack."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from shared import topics
from tests.flows.site import Site, eventually
from tests.hub.mqtt.running_broker import PahoPanel

TOKEN = "prometheus' own"


@pytest.fixture
def collector():
    """What OpenTelemetry's collector would be sent: (path, body) of each post."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.taken = taken
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def watched(tmp_path, monkeypatch, collector):
    secret = tmp_path / "metrics-token"
    secret.write_text(TOKEN)
    monkeypatch.setenv("CIRCLETIME_METRICS_TOKEN_FILE", str(secret))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
    found = Site(tmp_path)
    found.start()
    yield found
    found.close()


def log_lines(site):
    """Every line that the hub logged; what it prints for whoever starts it is no log."""
    lines = (site.folder / "hub.log").read_text().splitlines()
    return [json.loads(line) for line in lines if not line.startswith("Circle Time serves ")]


def steps(site, request_id):
    """What was done for this request, in order."""
    return [
        line["message"]
        for line in log_lines(site)
        if line.get("requestId") == request_id or request_id in line.get("requests", ())
    ]


def test_request_is_followed_from_its_door_to_the_ack(watched, collector):
    (room_id,) = watched.furnish("Story Corner")
    watched.client.headers["X-Request-Id"] = "from-the-proxy"
    watched.book(room_id, in_s=7200)
    panel = watched.post("/panels", {"roomId": room_id})
    paho = PahoPanel(watched.mqtt_port, panel["id"], secret=panel["secret"])
    paho.connected()
    press = {"id": "press-1", "action": "book", "roomId": room_id, "minutes": 15, "atUnix": int(time.time())}
    paho.publish(topics.panel_up(panel["id"], "command"), json.dumps(press).encode())
    eventually("the press is published", lambda: "published" in steps(watched, "press-1"))
    eventually("the booking is published", lambda: "published" in steps(watched, "from-the-proxy"))
    assert {"committed", "acknowledged"} <= set(steps(watched, "press-1"))
    asked = steps(watched, "from-the-proxy")
    assert asked.index("committed") < asked.index("answered")

    answer = httpx.get(
        f"http://127.0.0.1:{watched.port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    figures = {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in answer.text.splitlines()}
    assert figures["circletime_broker_sessions"] == "1.0"
    assert figures["circletime_leads"] == "1.0"
    assert figures['circletime_command_seconds_count{action="book"}'] == "1.0"
    assert float(figures["circletime_publish_seconds_count"]) >= 2
    paho.close()

    watched.stop()
    assert {path for path, _ in collector.taken} == {"/v1/traces"}
    traced = b"".join(body for _, body in collector.taken)
    for told in (b"request", b"write", b"publish", b"command", b"from-the-proxy", b"press-1"):
        assert told in traced
