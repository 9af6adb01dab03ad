"""The site's settings: what holds in every room that does not say otherwise."""

from __future__ import annotations

from litestar import get, patch
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from hub.api.audited import audited_change
from hub.api.context import Asking, Hub, requires_admin, requires_manager
from hub.api.schema import Body, Record
from hub.bookings import room_changes
from hub.rooms import service
from hub.rooms.service import Policy, PolicyOverrides


class SettingsToChange(Body):
    """`policy` changes only what it names; null goes back to Circle Time's own default. `departmentLeads`:
    whether who leads a department may see its analytics."""

    policy: PolicyOverrides | UnsetType = UNSET
    department_leads: bool | UnsetType = UNSET


class SiteSettings(Record):
    """`policyOverrides` names what is other than Circle Time's own default, as `maxMinutes` or `glass.book`."""

    policy: Policy
    department_leads: bool
    policy_overrides: list[str]


def _settings(session: Session) -> SiteSettings:
    return SiteSettings(
        policy=service.site_policy(session),
        policy_overrides=service.site_overridden(session),
        department_leads=service.department_leads_allowed(session),
    )


@get("/settings", guards=[requires_manager], tags=["settings"])
async def get_settings(hub: Hub) -> SiteSettings:
    return await hub.database.read(_settings)


@patch("/settings", guards=[requires_admin], tags=["settings"])
async def change_settings(hub: Hub, request: Asking, data: JSONBody[SettingsToChange]) -> SiteSettings:
    """A room's own policy stands. 422 `bad-policy` where the two contradict each other."""
    now = hub.clock.now()

    def change(session: Session) -> None:
        if data.department_leads is not UNSET:
            service.allow_department_leads(session, data.department_leads)
        if data.policy is not UNSET:
            room_changes.change_site_policy(session, data.policy, now)

    return await audited_change(
        hub,
        request,
        "settings.change",
        "site",
        data,
        change,
        _settings,
    )


ROUTES = [get_settings, change_settings]
