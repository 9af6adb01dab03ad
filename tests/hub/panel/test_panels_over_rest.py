"""Panels and room states over REST."""

from io import BytesIO

import pytest
from PIL import Image

from hub.bookings import service as bookings
from hub.panel import service as panels
from hub.settings import Settings
from shared.panel_screen import HEIGHT_PX, ROW_BYTES
from tests.fakes import FakeClock
from tests.hub.rest import Rest, running_hub, slug

INK_IN_THE_TOP_LEFT_CORNER = b"\x80" + bytes(ROW_BYTES * HEIGHT_PX - 1)


class FakeGlass:
    """Every panel shows one black pixel, and remembers its keys."""

    def __init__(self):
        self.pressed = []
        self.is_listening = True

    def sessions(self):
        return 0

    def listening(self):
        return self.is_listening

    async def screen(self, _panel_id):
        return INK_IN_THE_TOP_LEFT_CORNER

    async def press(self, panel_id, key):
        self.pressed.append((panel_id, key))


@pytest.fixture(scope="module")
def rest(tmp_path_factory):
    """The app without a broker; `rest.glass` stands in for the panels."""
    clock = FakeClock()
    settings = Settings(data_dir=tmp_path_factory.mktemp("hub"), broker_url="none")
    with running_hub(settings, clock, base_url="http://testserver.local") as client:
        found = Rest(client, clock)
        found.glass = FakeGlass()
        object.__setattr__(client.app.state.hub, "panels", found.glass)
        yield found


@pytest.fixture
def made(rest):
    """A simulated panel at the Story Corner, as it was answered."""
    body = {"roomId": rest.house.story_corner.id, "simulated": True}
    answer = rest.post("/panels", json=body, who="lena")
    assert answer.status_code == 201
    return answer.json()


def test_new_panel_is_told_its_secret_and_its_broker_once(rest, made):
    assert made["mqtt"] == {"host": "127.0.0.1", "port": 1883, "tls": False}
    assert (made["name"], made["roomId"]) == ("Story Corner", rest.house.story_corner.id)
    assert len(made["secret"]) == 43
    assert made["secret"] not in rest.get("/panels", who="lena").text


def test_list_says_what_each_panel_last_said(rest, made):
    told = {"frame": 4, "screen": "idle", "signalDbm": -61, "revision": 1}
    rest.write(lambda session: panels.note_telemetry(session, made["id"], told, rest.clock.now()))
    listed = rest.get("/panels", who="lena").json()
    assert listed["nextCursor"] is None
    (found,) = [one for one in listed["items"] if one["id"] == made["id"]]
    assert found == {
        "id": made["id"],
        "name": "Story Corner",
        "roomId": rest.house.story_corner.id,
        "status": "offline",
        "sleepingUntil": None,
        "lastHeardAt": "2026-11-23T08:00:00Z",
        "health": "offline",
        "healthReason": "It was last heard 2026-11-23 09:00 (Europe/Berlin).",
        "healthReasons": [
            {
                "kind": "not-heard",
                "value": None,
                "at": "2026-11-23T08:00:00Z",
                "says": "It was last heard 2026-11-23 09:00 (Europe/Berlin).",
            }
        ],
        "vitals": {
            "batteryPercent": None,
            "batteryMv": None,
            "signalDbm": -61,
            "clockDriftS": None,
            "heapFree": None,
            "fullRefreshes": None,
            "partialRefreshes": None,
        },
        "bootId": None,
        "startedAt": None,
        "shownRevision": 1,
        "roomRevision": 1,
        "firmware": None,
        "simulated": True,
        "hardware": None,
        "frame": 4,
        "screen": "idle",
        "telemetry": told,
    }
    assert rest.get(f"/panels/{made['id']}", who="lena").json() == found


def test_panel_is_moved_renamed_and_taken_down(rest, made):
    path = f"/panels/{made['id']}"
    moved = rest("PATCH", path, json={"roomId": rest.house.sandbox.id}, who="lena").json()
    assert (moved["roomId"], moved["name"]) == (rest.house.sandbox.id, "Story Corner")
    renamed = rest("PATCH", path, json={"name": "Left of the door"}, who="lena").json()
    assert (renamed["roomId"], renamed["name"]) == (rest.house.sandbox.id, "Left of the door")
    assert rest("PATCH", path, json={"roomId": None}, who="lena").json()["roomId"] is None


def test_revoked_panel_is_gone(rest, made):
    path = f"/panels/{made['id']}"
    assert rest("DELETE", path, who="lena").status_code == 204
    for answer in (rest.get(path, who="lena"), rest("DELETE", path, who="lena")):
        assert slug(answer) == (404, "panel-not-found")


@pytest.mark.parametrize(
    "body",
    [{"roomId": "nowhere"}, {"name": ""}, {"name": "x" * 256}, {"simulated": "yes"}, {"colour": "red"}],
)
def test_panel_that_cannot_be_is_refused(rest, body):
    answer = rest.post("/panels", json=body, who="lena")
    assert answer.status_code == (404 if "roomId" in body else 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/panels"),
        ("POST", "/panels"),
        ("GET", "/panels/{id}"),
        ("PATCH", "/panels/{id}"),
        ("DELETE", "/panels/{id}"),
        ("GET", "/panels/{id}/screen.png"),
        ("POST", "/panels/{id}/press"),
    ],
)
def test_panels_are_for_managers_and_admins(rest, made, method, path):
    url = path.replace("{id}", made["id"])
    body = {"key": 0} if path.endswith("press") else {}
    json = body if method in {"POST", "PATCH"} else None
    assert rest(method, url, json=json).status_code == 403
    assert rest(method, url, json=json, who=None).status_code == 401


def test_screen_is_a_picture_of_the_glass(rest, made):
    answer = rest.get(f"/panels/{made['id']}/screen.png?frame=4", who="lena")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    picture = Image.open(BytesIO(answer.content))
    assert (picture.size, picture.mode) == ((800, 480), "1")
    assert (picture.getpixel((0, 0)), picture.getpixel((1, 0))) == (0, 255)


def test_key_of_a_simulated_panel_is_pressed(rest, made):
    answer = rest.post(f"/panels/{made['id']}/press", json={"key": 1}, who="lena")
    assert (answer.status_code, rest.glass.pressed[-1]) == (200, (made["id"], 1))
    for key in (-1, 3, "left", None):
        refused = rest.post(f"/panels/{made['id']}/press", json={"key": key}, who="lena")
        assert refused.status_code == 422


def test_real_panel_has_keys_of_its_own(rest):
    made = rest.post("/panels", json={"name": "Oak"}, who="lena").json()
    answer = rest.post(f"/panels/{made['id']}/press", json={"key": 1}, who="lena")
    assert slug(answer) == (409, "not-simulated")


def test_room_state_is_the_document_and_saves_sending_it_twice(rest):
    room = rest.house.carpet
    first = rest.get(f"/rooms/{room.id}/state")
    assert (first.status_code, first.headers["content-type"]) == (200, "application/json")
    assert (first.json()["v"], first.json()["room"]["name"]) == (1, "The Carpet")
    for known in (first.headers["etag"], f'W/"x", W/{first.headers["etag"]}', "*"):
        again = rest.get(f"/rooms/{room.id}/state", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    rest.write(lambda session: bookings.book_walk_up(session, room.id, 15, rest.clock.now()))
    changed = rest.get(f"/rooms/{room.id}/state", headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["status"]) == (200, "occupied")


def test_room_state_needs_a_login_and_a_room(rest):
    assert rest.get(f"/rooms/{rest.house.carpet.id}/state", who=None).status_code == 401
    assert rest.get("/rooms/nowhere/state").status_code == 404


def test_hub_is_ready_while_its_database_answers_and_panels_can_connect(rest):
    assert rest.client.get("/health/live").json() == {"status": "ok"}
    assert rest.client.get("/health/ready").status_code == 200
    rest.glass.is_listening = False
    answer = rest.client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "panels": False})
    rest.glass.is_listening = True
