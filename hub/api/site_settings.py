"""The site's settings: what holds in every room that does not say otherwise."""

from __future__ import annotations

from litestar import get, patch
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from hub.api.audited import audited_change
from hub.api.context import Asking, Hub, requires_admin, requires_manager
from hub.api.schema import Body, Record
from hub.bookings import room_changes
from hub.rooms import service
from hub.rooms.service import Policy, PolicyOverrides


class SettingsToChange(Body):
    """`policy` changes only what it names; null goes back to Circle Time's own default."""

    policy: PolicyOverrides | UnsetType = UNSET


class SiteSettings(Record):
    policy: Policy


@get("/settings", guards=[requires_manager], tags=["settings"])
async def get_settings(hub: Hub) -> SiteSettings:
    return SiteSettings(policy=await hub.database.read(service.site_policy))


@patch("/settings", guards=[requires_admin], tags=["settings"])
async def change_settings(hub: Hub, request: Asking, data: JSONBody[SettingsToChange]) -> SiteSettings:
    """A room's own policy stands. 422 `bad-policy` where the two contradict each other."""
    now = hub.clock.now()
    changes = PolicyOverrides() if data.policy is UNSET else data.policy
    return await audited_change(
        hub,
        request,
        "settings.change",
        "site",
        data,
        lambda session: room_changes.change_site_policy(session, changes, now),
        lambda session: SiteSettings(policy=service.site_policy(session)),
    )


ROUTES = [get_settings, change_settings]
