"""What every screen with a room has: the header, the list of meetings, and the three soft keys."""

from firmware import fonts, qr
from firmware.screens import words
from firmware.text_layout import fit, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.soft_keys import Key
    from firmware.screens.view import View
    from shared.room_state import Meeting
    from shared.room_status import RoomStatus

LEFT, RIGHT = 444, 784
_WIDTH = RIGHT - LEFT
_RULE_Y, _KEYS_Y = 103, 421
BOTTOM = _KEYS_Y - 6


def draw_header(canvas: "Canvas", view: "View") -> int:
    """The room, and below it a rule or the strip with what must be said; returns where the column goes on."""
    name = view.state["room"]["name"] if view.state is not None else "Circle Time"
    font, lines = fit(name, ((fonts.D50, 1), (fonts.D40, 1), (fonts.D32, 2), (fonts.D26, 2)), _WIDTH)
    baseline = 58 if len(lines) == 1 else 34
    for line in lines:
        canvas.text(LEFT, baseline, line, font)
        baseline += font.height - 4
    if view.state is not None:
        canvas.text(LEFT, 89, _place(view), fonts.T20)
    said = _said(view)
    if not said:
        canvas.fill(LEFT, _RULE_Y, _WIDTH, 3)
        return _RULE_Y + 14
    draw_strip(canvas, said)
    return _RULE_Y + 40


def draw_strip(canvas: "Canvas", said: str) -> None:
    """One sentence, paper on ink, across the column."""
    canvas.fill(LEFT, _RULE_Y - 1, _WIDTH, 30)
    canvas.set_ink(canvas.paper)
    canvas.text(LEFT + 10, _RULE_Y + 20, shorten(said, fonts.B20, _WIDTH - 20), fonts.B20)
    canvas.set_ink(canvas.paper)


def _place(view: "View") -> str:
    """Floor, seats and as many amenities as fit whole."""
    line = ""
    for part in words.place(view):
        longer = line + " · " + part if line else part
        if fonts.T20.width(longer) > _WIDTH:
            break
        line = longer
    return line


def _said(view: "View") -> str:
    if view.notice:
        return view.notice
    if view.offline_since is not None:
        if not view.clock_trusted:
            return "No link to the hub"
        return "No link to the hub since " + words.moment(view, view.offline_since)
    return "" if view.clock_trusted else "The clock is not set"


def draw_label(canvas: "Canvas", y: int, label: str, aside: str = "") -> int:
    canvas.text(LEFT, y + 16, label.upper(), fonts.B20)
    canvas.text(RIGHT - fonts.T20.width(aside), y + 16, aside, fonts.T20)
    return y + 24


def _title_x(view: "View") -> int:
    return LEFT + (104 if view.hour24 else 116)


def _draw_time(canvas: "Canvas", view: "View", baseline: int, unix: int, font: "fonts.Font") -> None:
    """The time of day; AM and PM small behind it."""
    digits, _, half = words.clock(view, unix).partition(" ")
    x = canvas.text(LEFT, baseline, digits, font)
    canvas.text(x + 5, baseline, half, fonts.T20)


def draw_main(canvas: "Canvas", view: "View", y: int, meeting: "Meeting", detail: "str | None") -> int:
    """The meeting that the screen is about: its title in up to three lines."""
    x = _title_x(view)
    _draw_time(canvas, view, y + 28, meeting["startUnix"], fonts.D32 if view.hour24 else fonts.D26)
    choices = ((fonts.D32, 2), (fonts.D26, 2), (fonts.D22, 3))
    font, lines = fit(words.title(meeting), choices, RIGHT - x)
    for line in lines:
        canvas.text(x, y + 28, line, font)
        y += font.height - 3
    y += 4
    if detail:
        canvas.text(x, y + 18, shorten(detail, fonts.T20, RIGHT - x), fonts.T20)
        y += 28
    return y + 6


def draw_later(canvas: "Canvas", view: "View", y: int, meetings: "list[Meeting]", bottom: int) -> None:
    """As many of `meetings` as end above `bottom`, with a line where another day begins."""
    x = _title_x(view)
    shown_day = words.day(view, view.meeting()["startUnix"])  # type: ignore[index]
    for meeting in meetings:
        font, lines = fit(words.title(meeting), ((fonts.D26, 1), (fonts.D22, 2)), RIGHT - x)
        day = words.day(view, meeting["startUnix"])
        new_day = day if day != shown_day else ""
        high = (font.height - 4) * len(lines) + (24 if meeting["organizer"] else 0) + (26 if new_day else 0)
        if y + high > bottom:
            return
        shown_day = day
        if new_day:
            y = draw_label(canvas, y + 2, new_day)
        _draw_time(canvas, view, y + 24, meeting["startUnix"], fonts.D26 if view.hour24 else fonts.D22)
        for line in lines:
            canvas.text(x, y + 24, line, font)
            y += font.height - 4
        if meeting["organizer"]:
            canvas.text(x, y + 18, shorten(meeting["organizer"], fonts.T20, RIGHT - x), fonts.T20)
            y += 24
        y += 8


def after(status: "RoomStatus") -> "list[Meeting]":
    """Every meeting after the one that is on."""
    return status.upcoming if status.next is None else [status.next] + status.upcoming  # noqa: RUF005


def draw_next(canvas: "Canvas", view: "View", y: int, bottom: int) -> None:
    """The meetings to come, or that there are none as far as is known."""
    state, status = view.known()
    if status.next is None:
        y = draw_label(canvas, y, "Next")
        canvas.text(LEFT, y + 28, "Nothing booked", fonts.D32)
        canvas.text(LEFT, y + 58, "before " + words.moment(view, state["horizonUnix"]), fonts.T20)
        return
    label = "Next" if view.offline_since is None else "Next, as last heard"
    day = words.day(view, status.next["startUnix"])
    y = draw_label(canvas, y, day or label, "until " + words.clock(view, status.next["endUnix"]))
    y = draw_main(canvas, view, y, status.next, status.next["organizer"])
    draw_later(canvas, view, y, status.upcoming, bottom)


def draw_sentence(canvas: "Canvas", y: int, sentence: str) -> int:
    """A sentence in the column's own words, in up to five lines."""
    font, lines = fit(sentence, ((fonts.D32, 2), (fonts.D26, 3), (fonts.D22, 5)), _WIDTH)
    for line in lines:
        canvas.text(LEFT, y + 28, line, font)
        y += font.height - 3
    return y + 8


def draw_code(canvas: "Canvas", view: "View", first: str, second: str) -> int:
    """The link to the room's page and what it is for; returns the height at which its block begins."""
    if not view.web_url:
        return BOTTOM
    size, modules = qr.encode(view.web_url)
    scale = max(100 // size, 2)
    left, top = RIGHT - size * scale, _KEYS_Y - 16 - size * scale
    canvas.bitmap(left, top, modules, size, scale)
    canvas.text(left - 16 - fonts.B20.width(first), _KEYS_Y - 46, first, fonts.B20)
    canvas.text(left - 16 - fonts.T20.width(second), _KEYS_Y - 21, second, fonts.T20)
    return top - 12


def draw_keys(canvas: "Canvas", view: "View", keys: "tuple[Key, Key, Key]") -> None:
    """The soft keys: grey when they cannot be used, inverted when held down or on their way to the hub."""
    canvas.fill(0, _KEYS_Y, 800, 3)
    for index, (label, action, enabled) in enumerate(keys):
        left = index * 800 // 3
        if index:
            canvas.fill(left, _KEYS_Y + 14, 2, 34)
        if not label:
            continue
        font, lines = fit(label, ((fonts.D26, 1), (fonts.D22, 1)), 240)
        taken = (enabled and action is None) or (view.pressed == index and enabled)
        if taken:
            canvas.fill(left + 10, _KEYS_Y + 9, 246, 44)
            canvas.set_ink(canvas.paper)
        canvas.centred(left + 133, _KEYS_Y + 40, lines[0], font)
        if taken:
            canvas.set_ink(canvas.paper)
        if not enabled:
            canvas.grey(left + 8, _KEYS_Y + 8, 250, 46)
