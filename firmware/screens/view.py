"""What a screen needs to know; the panel's program makes one for each picture."""

from shared.room_state import utc_offset_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.pin_entry import PinEntry
    from shared.panel_request import FreeRoom
    from shared.room_state import Meeting, RoomState
    from shared.room_status import RoomStatus


class View:
    """One moment of the panel.

    `screen` names a file of this folder; all but starting, unclaimed and claiming need `state` and `status`. `offline_since` is when the hub was last heard, None while there
    is contact; `as_of` the same on a panel that sleeps between calls. `pressed` is the soft key held down, `pending` the actions that wait in the outbox, and
    `notice` one short sentence, such as a refusal. `claim` is the code of a panel without credentials, and the
    name it goes by. `pin` is what was entered so far, on the screen pin. `trouble` is a number of `firmware.troubles`: why
    the hub is not there; 0 for none.
    """

    __slots__ = (
        "as_of",
        "claim",
        "clock_trusted",
        "dark",
        "hour24",
        "language",
        "notice",
        "now",
        "offline_since",
        "page",
        "pending",
        "pin",
        "pressed",
        "rooms",
        "screen",
        "state",
        "status",
        "trouble",
        "web_url",
    )

    def __init__(
        self,
        screen: str,
        now: int,
        state: "RoomState | None" = None,
        status: "RoomStatus | None" = None,
        *,
        offline_since: "int | None" = None,
        as_of: "int | None" = None,
        clock_trusted: bool = True,
        hour24: bool = True,
        language: str = "en",
        dark: bool = False,
        web_url: "str | None" = None,
        pressed: "int | None" = None,
        pending: "Sequence[str]" = (),
        notice: "str | None" = None,
        page: int = 0,
        rooms: "list[FreeRoom] | None" = None,
        claim: "tuple[str, str] | None" = None,
        pin: "PinEntry | None" = None,
        trouble: int = 0,
    ) -> None:
        self.screen = screen
        self.now = now
        self.state = state
        self.status = status
        self.offline_since = offline_since
        self.as_of = as_of
        self.clock_trusted = clock_trusted
        self.hour24 = hour24
        self.language = language
        self.dark = dark
        self.web_url = web_url
        self.pressed = pressed
        self.pending = pending
        self.notice = notice
        self.page = page
        self.rooms = rooms
        self.claim = claim
        self.pin = pin
        self.trouble = trouble

    def local(self, unix: int) -> int:
        """Seconds since 1970 as the room's own clocks count them; UTC while no room is known."""
        return unix + (utc_offset_at(self.state, unix) if self.state is not None else 0)

    def known(self) -> "tuple[RoomState, RoomStatus]":
        """State and status, on a screen that cannot be shown without them."""
        if self.state is None or self.status is None:
            raise ValueError(self.screen + " needs a room")
        return self.state, self.status

    def meeting(self) -> "Meeting":
        """The meeting that the screen is about: the current one, else the one to check in to, else the next."""
        status = self.known()[1]
        found = status.current or status.check_in or status.next
        if found is None:
            raise ValueError(self.screen + " needs a meeting")
        return found

    def later(self) -> "list[Meeting]":
        """Every meeting after the one that is on."""
        status = self.known()[1]
        return status.upcoming if status.next is None else [status.next] + status.upcoming  # noqa: RUF005
