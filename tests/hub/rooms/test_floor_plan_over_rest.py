"""Floor plans over REST: laid down by admins, seen by everybody, with what each room says now."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from tests.hub.rest import slug

NS = "{http://www.w3.org/2000/svg}"
DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0H9"/><script>x</script></svg>'
)


@pytest.fixture
def path(rest):
    return f"/floors/{rest.house.building.floors[0].id}/plan"


@pytest.fixture
def shapes(rest):
    """The Sandbox is cut off at a corner; the others are rectangles."""
    house = rest.house
    corners = [[320, 20], [600, 20], [600, 200], [500, 300], [320, 300]]
    return [
        {
            "roomId": house.story_corner.id,
            "shape": {"kind": "rectangle", "x": 20, "y": 20, "width": 280, "height": 280},
        },
        {"roomId": house.sandbox.id, "shape": {"kind": "polygon", "points": corners}},
        {
            "roomId": house.carpet.id,
            "shape": {"kind": "rectangle", "x": 620, "y": 20, "width": 360, "height": 280},
        },
    ]


@pytest.fixture
def plan(shapes):
    return {"width": 1000, "height": 320, "rooms": shapes}


@pytest.fixture
def laid(rest, path, plan):
    answer = rest("PUT", path, who="ada", json=plan)
    assert answer.status_code == 200
    return answer.json()


def book(rest, room, start, end):
    wish = {"title": "<b>&", "startsAt": f"2026-11-23T{start}:00Z", "endsAt": f"2026-11-23T{end}:00Z"}
    answer = rest.post("/bookings", json=wish | {"roomId": room.id})
    assert answer.status_code == 201
    return answer.json()


def says(rest, path):
    return {one["name"]: (one["look"], one["says"]) for one in rest.get(path).json()["rooms"]}


def test_plan_is_given_back_as_it_was_laid_down(rest, path, plan, laid):
    assert rest.get(path).json() == laid
    assert laid | {"rooms": []} == {
        "floorId": rest.house.building.floors[0].id,
        "name": "2",
        "buildingId": rest.house.building.id,
        "width": 1000,
        "height": 320,
        "hasDrawing": False,
        "rooms": [],
    }
    assert [{name: one[name] for name in ("roomId", "shape")} for one in laid["rooms"]] == plan["rooms"]
    assert laid["rooms"][0] == plan["rooms"][0] | {
        "name": "Story Corner",
        "capacity": 4,
        "status": "available",
        "look": "free",
        "until": None,
        "says": "free",
    }


def test_room_says_what_its_panel_says(rest, path, laid):
    house = rest.house
    book(rest, house.story_corner, "10:00", "11:00")
    waiting = book(rest, house.sandbox, "08:30", "09:30")
    rest("PATCH", f"/rooms/{house.carpet.id}", who="lena", json={"outOfService": "Wet paint"})
    assert says(rest, path) == {
        "Story Corner": ("free", "free until 11:00"),
        "Sandbox": ("free", "free until 09:30"),
        "The Carpet": ("out_of_service", "out of service"),
    }
    rest.clock.pass_time(minutes=35)
    assert says(rest, path)["Sandbox"] == ("check_in", "check-in by 09:45")
    rest.post(f"/bookings/{waiting['id']}/check-in")
    assert says(rest, path)["Sandbox"] == ("busy", "busy until 10:30")
    rest.clock.pass_time(hours=1)
    assert says(rest, path)["Sandbox"] == ("free", "free")


def test_what_is_booked_for_later_is_said_too(rest, path, laid):
    book(rest, rest.house.sandbox, "10:00", "11:00")
    rest("PATCH", f"/rooms/{rest.house.carpet.id}", who="lena", json={"outOfService": "Wet paint"})

    def said(at):
        rooms = rest.get(path, params={"at": f"2026-11-23T{at}:00Z"}).json()["rooms"]
        return {one["name"]: one["says"] for one in rooms}

    assert said("09:59")["Sandbox"] == "free until 11:00"
    assert said("10:00") == {
        "Story Corner": "free",
        "Sandbox": "busy until 12:00",
        "The Carpet": "out of service",
    }
    assert said("11:00")["Sandbox"] == "free"
    assert said("07:00") == {name: now[1] for name, now in says(rest, path).items()}


def test_check_in_that_nobody_needs_is_busy_and_one_not_made_is_free_again(rest, path, laid):
    book(rest, rest.house.sandbox, "08:30", "09:30")
    rest.clock.pass_time(minutes=45, seconds=1)
    assert says(rest, path)["Sandbox"] == ("free", "free")
    policy = {"policy": {"checkInRequired": False}}
    rest("PATCH", f"/rooms/{rest.house.carpet.id}", who="lena", json=policy)
    book(rest, rest.house.carpet, "09:00", "10:00")
    rest.clock.pass_time(minutes=30)
    assert says(rest, path)["The Carpet"] == ("busy", "busy until 11:00")


def test_another_day_is_named_and_what_is_half_a_day_away_is_not_said(rest, path, laid):
    book(rest, rest.house.sandbox, "23:30", "23:45")
    assert says(rest, path)["Sandbox"] == ("free", "free")
    rest.clock.pass_time(hours=11, minutes=30)
    assert says(rest, path)["Sandbox"] == ("free", "free until Tue 00:30")


def test_status_of_every_room_is_the_one_it_has_elsewhere(rest, path, laid):
    book(rest, rest.house.sandbox, "08:30", "09:30")
    for _ in range(8):
        for one in rest.get(path).json()["rooms"]:
            assert rest.get(f"/rooms/{one['roomId']}/state").json()["status"] == one["status"]
        rest.clock.pass_time(minutes=15)


def test_drawing_says_it_by_fill_pattern_and_word(rest, path, laid):
    house = rest.house
    book(rest, house.sandbox, "08:30", "09:30")
    busy = book(rest, house.story_corner, "08:30", "09:30")
    rest.clock.pass_time(minutes=31)
    rest.post(f"/bookings/{busy['id']}/check-in")
    rest("PATCH", f"/rooms/{house.carpet.id}", who="lena", json={"outOfService": "Wet <paint>"})
    answer = rest.get(path + ".svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    root = fromstring(answer.content)
    assert root.get("viewBox") == "0 0 1000 320"
    assert root.find(f"{NS}title").text == "HQ, floor 2"
    assert root.get("aria-labelledby") == root.find(f"{NS}title").get("id")
    assert root.find(f"{NS}desc").text == "3 rooms: 1 busy, 1 check-in, 1 out of service."
    links = {link.get("href"): link for link in root.iter(f"{NS}a")}
    assert list(links) == [f"/rooms/{one.id}" for one in (house.story_corner, house.sandbox, house.carpet)]
    told = [(link.find(f"{NS}title").text, link.find(f"{NS}desc").text) for link in links.values()]
    assert told == [
        ("Story Corner, busy until 10:30", "4 seats. screen."),
        ("Sandbox, check-in by 09:45", "6 seats. screen, whiteboard."),
        ("The Carpet, out of service", "12 seats. video. Wet <paint>."),
    ]
    fills = [
        [one.get("fill") for one in link if one.tag in {f"{NS}rect", f"{NS}polygon"}]
        for link in links.values()
    ]
    floor = house.building.floors[0].id
    assert fills == [
        ["#4a4842", "none"],
        ["#f7e6c4", f"url(#stripes-{floor})", "none"],
        ["#dfd8ca", f"url(#hatch-{floor})", "none"],
    ]
    ids = {one.get("id") for one in root.iter() if one.get("id")}
    assert {f"stripes-{floor}", f"hatch-{floor}"} <= ids
    words = [
        " ".join(text.text for text in link.findall(f"{NS}g[@class='desk']/{NS}text"))
        for link in links.values()
    ]
    assert words == [
        "Story Corner Busy until 10:30",
        "Sandbox Check-in by 09:45",
        "The Carpet Out of service",
    ]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a" onload="x', "a\x07\x1bb", "&amp;", "x" * 255]
)
def test_name_is_only_ever_words(rest, path, laid, name):
    rest("PATCH", f"/rooms/{rest.house.sandbox.id}", who="lena", json={"name": name})
    root = fromstring(rest.get(path + ".svg").content)
    assert {one.tag for one in root.iter()} <= {
        NS + tag
        for tag in [
            "svg",
            "title",
            "desc",
            "style",
            "defs",
            "pattern",
            "path",
            "rect",
            "polygon",
            "a",
            "g",
            "text",
        ]
    }
    told = [link.find(f"{NS}title").text for link in root.iter(f"{NS}a")]
    assert name.replace("\x07", " ").replace("\x1b", " ") + ", free" in told


@pytest.mark.parametrize("file", ["", ".svg", "/background.svg"])
def test_what_is_known_is_not_sent_again_until_something_changes(rest, path, laid, file):
    assert rest("PUT", path + "/background.svg", who="ada", content=DRAWING).status_code == 200
    first = rest.get(path + file)
    tag = {"If-None-Match": first.headers["etag"]}
    rest.clock.pass_time(minutes=5)
    again = rest.get(path + file, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    rest("PUT", path + "/background.svg", who="ada", content=DRAWING.replace(b"H9", b"H8"))
    rest("PATCH", f"/rooms/{rest.house.sandbox.id}", who="lena", json={"name": "Sandpit"})
    assert rest.get(path + file, headers=tag).status_code == 200


def test_drawing_comes_in_clean_and_is_served_locked_up(rest, path, laid):
    brought = rest("PUT", path + "/background.svg", who="ada", content=DRAWING)
    assert brought.json() == {"bytes": 90, "leftOut": ["<script>"]}
    for file in ("/background.svg", ".svg"):
        answer = rest.get(path + file)
        assert answer.headers["content-security-policy"] == (
            "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "image/svg+xml"
        assert b"script" not in answer.content
        assert b'<path d="M0 0H9">' in answer.content
    assert rest.get(path).json()["hasDrawing"] is True


def test_drawing_stays_with_new_shapes_and_goes_when_told(rest, path, plan, laid):
    rest("PUT", path + "/background.svg", who="ada", content=DRAWING)
    assert rest("PUT", path, who="ada", json=plan | {"rooms": []}).json()["hasDrawing"] is True
    assert rest("DELETE", path + "/background.svg", who="ada").status_code == 204
    assert slug(rest.get(path + "/background.svg")) == (404, "drawing-not-found")
    assert rest.get(path).json()["hasDrawing"] is False


@pytest.mark.parametrize("content", [b"", b"no svg", b"<!DOCTYPE svg>" + DRAWING, b"\x00" * 600_000])
def test_bad_drawing_is_refused_and_the_old_one_stays(rest, path, laid, content):
    rest("PUT", path + "/background.svg", who="ada", content=DRAWING)
    assert slug(rest("PUT", path + "/background.svg", who="ada", content=content)) == (422, "bad-drawing")
    assert rest.get(path + "/background.svg").status_code == 200


def test_body_larger_than_any_is_not_read(rest, path, laid):
    answer = rest("PUT", path + "/background.svg", who="ada", content=b" " * (1024 * 1024 + 1))
    assert slug(answer) == (413, "request-entity-too-large")


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"height": 10_001},
        {"width": 900},
        {"colour": "red"},
        {"rooms": "all"},
        {
            "rooms": [
                {"roomId": "nobody", "shape": {"kind": "rectangle", "x": 0, "y": 0, "width": 1, "height": 1}}
            ]
        },
    ],
)
def test_plan_that_cannot_be_is_refused(rest, path, plan, change):
    assert rest("PUT", path, who="ada", json=plan | change).status_code == 422
    assert slug(rest.get(path)) == (404, "floor-plan-not-found")


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"kind": "circle", "x": 1},
        {"kind": "rectangle", "x": -1, "y": 0, "width": 5, "height": 5},
        {"kind": "rectangle", "x": 1.5, "y": 0, "width": 5, "height": 5},
        {"kind": "rectangle", "x": 10**400, "y": 0, "width": 5, "height": 5},
        {"kind": "rectangle", "x": 0, "y": 0, "width": 0, "height": 5},
        {"kind": "rectangle", "x": 0, "y": 0, "width": 5, "height": 5, "onload": "x"},
        {"kind": "polygon", "points": [[0, 0], [1, 1]]},
        {"kind": "polygon", "points": [[0, 0], [1, 1], [2]]},
        {"kind": "polygon", "points": [[0, 0], [9, 9], [9, 0], [0, 9]]},
        {"kind": "polygon", "points": [[0, 0], [9, 9], [18, 18]]},
        {"kind": "polygon", "points": [[n, n * n] for n in range(65)]},
    ],
)
def test_shape_that_cannot_be_is_refused(rest, path, plan, shape):
    rooms = [{"roomId": rest.house.sandbox.id, "shape": shape}]
    assert rest("PUT", path, who="ada", json=plan | {"rooms": rooms}).status_code == 422


def test_room_is_on_the_plan_of_its_own_floor_and_once(rest, path, plan, shapes):
    twice = rest("PUT", path, who="ada", json=plan | {"rooms": [shapes[0], shapes[0]]})
    assert slug(twice) == (422, "bad-floor-plan")
    assert "Story Corner is on it twice." in twice.json()["detail"]
    attic = rest.post(
        f"/buildings/{rest.house.building.id}/floors", who="lena", json={"name": "Attic"}
    ).json()
    elsewhere = rest("PUT", f"/floors/{attic['id']}/plan", who="ada", json=plan)
    assert slug(elsewhere) == (422, "bad-floor-plan")


def test_room_that_moves_or_goes_is_no_longer_on_it(rest, path, laid):
    attic = rest.post(
        f"/buildings/{rest.house.building.id}/floors", who="lena", json={"name": "Attic"}
    ).json()
    rest("PATCH", f"/rooms/{rest.house.sandbox.id}", who="lena", json={"floorId": attic["id"]})
    rest("DELETE", f"/rooms/{rest.house.carpet.id}", who="lena")
    assert list(says(rest, path)) == ["Story Corner"]
    assert rest.get(path + ".svg").text.count("<a ") == 1


def test_floor_without_a_plan_says_so(rest, path):
    for file in ("", ".svg"):
        assert slug(rest.get(path + file)) == (404, "floor-plan-not-found")
        assert slug(rest.get(f"/floors/none/plan{file}")) == (404, "floor-not-found")
    assert slug(rest("PUT", path + "/background.svg", who="ada", content=DRAWING)) == (
        404,
        "floor-plan-not-found",
    )
    assert slug(rest.get(path + "/background.svg")) == (404, "drawing-not-found")


@pytest.mark.parametrize(
    ("method", "file", "allowed"),
    [
        ("GET", "", {"nadia", "lena", "ada"}),
        ("GET", ".svg", {"nadia", "lena", "ada"}),
        ("GET", "/background.svg", {"nadia", "lena", "ada"}),
        ("PUT", "", {"ada"}),
        ("PUT", "/background.svg", {"ada"}),
        ("DELETE", "/background.svg", {"ada"}),
    ],
)
def test_everybody_sees_it_and_admins_change_it(rest, path, plan, laid, method, file, allowed):
    rest("PUT", path + "/background.svg", who="ada", content=DRAWING)
    body = {"content": DRAWING} if file else {"json": plan}
    for who in (None, "nadia", "lena", "ada"):
        answer = rest(method, path + file, who=who, **({} if method != "PUT" else body))
        assert (answer.status_code in {200, 204}) == (who in allowed), who
        if who not in allowed:
            assert answer.status_code == (401 if who is None else 403)
