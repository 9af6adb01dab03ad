"""The receiver that docs/webhooks.md shows takes what the hub sends, and nothing else: over REST, from a real hub."""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.settings import Settings
from tests.fakes import FakeClock
from tests.flows.site import free_port
from tests.hub.rest import Rest, running_hub

PAGE = Path(__file__).parents[3] / "docs/webhooks.md"
PATIENCE_S = 30


@pytest.fixture
def rest(tmp_path, empty_database):
    shutil.copy(empty_database, tmp_path / "circletime.db")
    settings = Settings(data_dir=tmp_path, broker_url="none", inside_hosts=("127.0.0.1",))
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    with running_hub(settings, clock) as client:
        yield Rest(client, clock)


@pytest.fixture
def shown(tmp_path):
    """Starts the page's receiver on a port, with a secret."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "receiver.py").write_text(code)
    running = []

    def start(port, secret):
        command = [sys.executable, str(tmp_path / "receiver.py"), str(port), secret]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.communicate()


def tried(rest, path):
    """The ping's fate, once somebody listens there."""
    deadline = datetime.now(UTC).timestamp() + PATIENCE_S
    while True:
        answer = rest.post(f"{path}/test", who="ada").json()
        if answer["answered"] is not None:
            return answer
        assert datetime.now(UTC).timestamp() < deadline, answer


def test_receiver_of_the_page_takes_what_the_hub_signs_and_refuses_all_else(rest, shown):
    port = free_port()
    body = {"url": f"http://127.0.0.1:{port}/", "events": ["issue.reported"], "name": "Ours"}
    made = rest.post("/webhooks", json=body, who="ada").json()
    path = f"/webhooks/{made['id']}"
    receiver = shown(port, made["secret"])
    good = tried(rest, path)
    assert (good["status"], good["answered"]) == ("delivered", 204)
    assert receiver.stdout.readline().startswith(f'{good["id"]} {{"type":"ping"')
    room = rest.house.sandbox.id
    assert rest.post(f"/rooms/{room}/issues", json={"category": "display"}).status_code == 201
    assert '"category":"display"' in receiver.stdout.readline()  # the hub sends by itself
    rest.clock.pass_time(minutes=10)
    assert rest.post(f"{path}/test", who="ada").json()["answered"] == 401, "its time is not now"
    rest.clock.pass_time(minutes=-10)
    for _ in range(2):  # the first secret signs on beside the second, and no longer beside the third
        renewed = rest.post(f"{path}/secret", who="ada").json()
    assert rest.post(f"{path}/test", who="ada").json()["answered"] == 401
    dead = rest.get(f"{path}/deliveries?status=dead&limit=1", who="lena").json()
    assert (dead["items"][0]["problem"], dead["nextCursor"] is not None) == ("It answered 401.", True)
    older = rest.get(f"{path}/deliveries", params={"cursor": dead["nextCursor"]}, who="lena").json()["items"]
    assert [one["status"] for one in older[:3]] == ["dead", "delivered", "delivered"]
    told = rest.get("/webhooks", who="lena").text + rest.get("/audit", who="ada").text
    assert not any(secret in told for secret in (made["secret"], renewed["secret"]))
    assert '"webhook.renew-secret"' in told
