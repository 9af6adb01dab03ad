"""A room's policy: the site's defaults, and what the room overrides (contract, "Policy")."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.errors import Refused

Weekday = Annotated[int, Meta(ge=1, le=7, description="ISO: Monday is 1")]
LocalTime = Annotated[str, Meta(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", description="HH:MM")]
WithinADay = Annotated[int, Meta(ge=0, le=24 * 60)]
Length = Annotated[int, Meta(ge=1, le=7 * 24 * 60)]
Steps = Annotated[list[Annotated[int, Meta(ge=1, le=24 * 60)]], Meta(max_length=12)]
Days = Annotated[int, Meta(ge=1, le=3660)]
AtTheGlass = Annotated[Literal["on", "off", "pin"], Meta(description="pin: asks for the room's PIN")]
Counting = Annotated[
    Literal["off", "ask"], Meta(description="ask: after check-in a panel asks how many are there")
]
Language = Literal["en", "de", "fr", "es"]
Theme = Annotated[
    Literal["light", "dark"],
    Meta(description="dark: a free room is white on black, a busy one black on white"),
]


class OpeningHours(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """Local times of one weekday; a day may have several."""

    weekday: Weekday
    opens: LocalTime
    closes: LocalTime


class Glass(msgspec.Struct, rename="camel", kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a passer-by may do at the room's panels."""

    book: AtTheGlass = "on"
    check_in: AtTheGlass = "on"
    extend: AtTheGlass = "on"
    end: AtTheGlass = "on"
    report_issue: AtTheGlass = "on"
    attendance: Counting = "off"

    def in_force(self, *, pin_set: bool) -> dict[str, str]:
        """What differs from the defaults, as a RoomState has it. A PIN that nobody has set can't be asked for: it is
        off."""
        found: dict[str, str] = msgspec.to_builtins(self)
        usual: dict[str, str] = msgspec.to_builtins(Glass())
        return {
            name: "off" if rule == "pin" and not pin_set else rule
            for name, rule in found.items()
            if rule != usual[name]
        }


class GlassOverrides(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """In a change, null goes back to the site's default, and what is left out stays as it is."""

    book: AtTheGlass | UnsetType | None = UNSET
    check_in: AtTheGlass | UnsetType | None = UNSET
    extend: AtTheGlass | UnsetType | None = UNSET
    end: AtTheGlass | UnsetType | None = UNSET
    report_issue: AtTheGlass | UnsetType | None = UNSET
    attendance: Counting | UnsetType | None = UNSET


class PolicyOverrides(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """What a room does differently. In a change, null goes back to the site's default."""

    check_in_opens_minutes: WithinADay | UnsetType | None = UNSET
    check_in_closes_minutes: WithinADay | UnsetType | None = UNSET
    check_in_required: bool | UnsetType | None = UNSET
    extend_minutes: Steps | UnsetType | None = UNSET
    quick_book_minutes: Steps | UnsetType | None = UNSET
    buffer_minutes: WithinADay | UnsetType | None = UNSET
    min_minutes: Length | UnsetType | None = UNSET
    max_minutes: Length | UnsetType | None = UNSET
    horizon_days: Days | UnsetType | None = UNSET
    requires_approval: bool | UnsetType | None = UNSET
    opening_hours: Annotated[list[OpeningHours], Meta(max_length=28)] | UnsetType | None = UNSET
    glass: GlassOverrides | UnsetType | None = UNSET
    panel_language: Language | UnsetType | None = UNSET
    panel_hour24: bool | UnsetType | None = UNSET
    panel_theme: Theme | UnsetType | None = UNSET


class Policy(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """The rules in force in a room. Lengths are in minutes; `..._s` gives them in seconds."""

    check_in_opens_minutes: int = 15
    check_in_closes_minutes: int = 15
    check_in_required: bool = True
    extend_minutes: list[int] = msgspec.field(default_factory=lambda: [15, 30])
    quick_book_minutes: list[int] = msgspec.field(default_factory=lambda: [15, 30, 60])
    buffer_minutes: int = 0
    min_minutes: int = 15
    max_minutes: int = 8 * 60
    horizon_days: int = 180
    requires_approval: bool = False
    opening_hours: list[OpeningHours] = msgspec.field(
        default_factory=lambda: [OpeningHours(day, "08:00", "18:00") for day in range(1, 6)]
    )
    glass: Glass = msgspec.field(default_factory=Glass)
    panel_language: Language = "en"
    panel_hour24: bool = True
    panel_theme: Theme = "light"

    @property
    def check_in_opens_s(self) -> int:
        return self.check_in_opens_minutes * 60

    @property
    def check_in_closes_s(self) -> int:
        return self.check_in_closes_minutes * 60

    @property
    def buffer_s(self) -> int:
        return self.buffer_minutes * 60

    @property
    def buffer(self) -> timedelta:
        return timedelta(minutes=self.buffer_minutes)

    @property
    def min_s(self) -> int:
        return self.min_minutes * 60

    @property
    def max_s(self) -> int:
        return self.max_minutes * 60

    @property
    def extend_s(self) -> list[int]:
        return [minutes * 60 for minutes in self.extend_minutes]

    @property
    def quick_book_s(self) -> list[int]:
        return [minutes * 60 for minutes in self.quick_book_minutes]

    @property
    def horizon(self) -> timedelta:
        return timedelta(days=self.horizon_days)


def effective(overrides: dict[str, Any]) -> Policy:
    """The policy that `overrides` make of Circle Time's own defaults."""
    return msgspec.convert(overrides, Policy)


def layered(site: dict[str, Any], room: dict[str, Any]) -> dict[str, Any]:
    """A room's stored overrides laid over its site's."""
    return _laid_over(site, room)


def merged(site: dict[str, Any], overrides: dict[str, Any], changes: PolicyOverrides) -> dict[str, Any]:
    """The overrides to store after `changes`. Raises Refused where they make no sense with the site's."""
    kept = _laid_over(overrides, msgspec.to_builtins(changes))
    _check(effective(layered(site, kept)))
    return kept


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """What is None above is gone; of `glass`, each rule for itself."""
    kept = {name: value for name, value in (below | above).items() if value is not None}
    if "glass" in kept:
        kept["glass"] = {
            name: rule for name, rule in (below.get("glass", {}) | kept["glass"]).items() if rule is not None
        }
    return kept


def names(overrides: dict[str, Any]) -> list[str]:
    """What is done differently, as `maxMinutes` or `glass.book`."""
    plain = [name for name in overrides if name != "glass"]
    return sorted(plain + [f"glass.{name}" for name in overrides.get("glass", {})])


def asks_for_pin(overrides: dict[str, Any]) -> bool:
    """Whether anything at the room's panels asks for its PIN."""
    return "pin" in overrides.get("glass", {}).values()


def _check(policy: Policy) -> None:
    if policy.min_minutes > policy.max_minutes:
        raise _bad_policy("minMinutes is more than maxMinutes.")
    if any(hours.opens >= hours.closes for hours in policy.opening_hours):
        raise _bad_policy("Opening hours close after they open; a day has several where it needs them.")


def _bad_policy(detail: str) -> Refused:
    return Refused("bad-policy", "This policy contradicts itself", detail)
