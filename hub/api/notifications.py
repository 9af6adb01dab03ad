"""Which mails about bookings somebody wants."""

from __future__ import annotations

from litestar import get, patch
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType, structs

from hub.accounts import preferences
from hub.api.context import Asking, Hub, caller, requires_session
from hub.api.schema import Body, Record


class Notifications(Record):
    """`approvalAsked` comes to managers; `booked` is by somebody else for you; `own` what you did yourself."""

    approval_asked: bool
    approval_answered: bool
    booked: bool
    changed: bool
    cancelled: bool
    released: bool
    out_of_service: bool
    own: bool


class NotificationsToChange(Body):
    approval_asked: bool | UnsetType = UNSET
    approval_answered: bool | UnsetType = UNSET
    booked: bool | UnsetType = UNSET
    changed: bool | UnsetType = UNSET
    cancelled: bool | UnsetType = UNSET
    released: bool | UnsetType = UNSET
    out_of_service: bool | UnsetType = UNSET
    own: bool | UnsetType = UNSET


@get("/auth/me/notifications", guards=[requires_session], tags=["accounts"])
async def get_notifications(hub: Hub, request: Asking) -> Notifications:
    """What you are mailed about."""
    who = caller(request)
    return Notifications(**await hub.database.read(lambda session: preferences.mail_choices(session, who)))


@patch("/auth/me/notifications", guards=[requires_session], tags=["accounts"])
async def change_notifications(
    hub: Hub, request: Asking, data: JSONBody[NotificationsToChange]
) -> Notifications:
    """What is left out stays as it is; mail that waits obeys the new choice too."""
    who = caller(request)
    chosen = {kind: value for kind, value in structs.asdict(data).items() if value is not UNSET}
    return Notifications(
        **await hub.database.write(lambda session: preferences.choose_mail(session, who, chosen))
    )


ROUTES = [get_notifications, change_notifications]
