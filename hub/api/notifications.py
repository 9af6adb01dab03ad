"""Which mails somebody wants, and in which language."""

from __future__ import annotations

from typing import Literal, cast

from litestar import get, patch
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType, structs
from sqlalchemy.orm import Session

from hub.accounts import preferences
from hub.accounts.service import Account
from hub.api.context import Asking, Hub, caller, requires_session
from hub.api.schema import Body, Record

Language = Literal["de", "en", "es", "fr"]


class Notifications(Record):
    """`approvalAsked` comes to managers, `monthlyReport` to whom reports are open; `booked` is by somebody else for you;
    `own` what you did yourself. `language`: of the monthly report; null is English."""

    approval_asked: bool
    approval_answered: bool
    booked: bool
    changed: bool
    cancelled: bool
    released: bool
    out_of_service: bool
    monthly_report: bool
    own: bool
    language: Language | None


class NotificationsToChange(Body):
    approval_asked: bool | UnsetType = UNSET
    approval_answered: bool | UnsetType = UNSET
    booked: bool | UnsetType = UNSET
    changed: bool | UnsetType = UNSET
    cancelled: bool | UnsetType = UNSET
    released: bool | UnsetType = UNSET
    out_of_service: bool | UnsetType = UNSET
    monthly_report: bool | UnsetType = UNSET
    own: bool | UnsetType = UNSET
    language: Language | UnsetType | None = UNSET


def _told(session: Session, who: Account) -> Notifications:
    return Notifications(
        **preferences.mail_choices(session, who),
        language=cast("Language | None", preferences.language(session, who)),
    )


@get("/auth/me/notifications", guards=[requires_session], tags=["accounts"])
async def get_notifications(hub: Hub, request: Asking) -> Notifications:
    """What you are mailed about."""
    who = caller(request)
    return await hub.database.read(lambda session: _told(session, who))


@patch("/auth/me/notifications", guards=[requires_session], tags=["accounts"])
async def change_notifications(
    hub: Hub, request: Asking, data: JSONBody[NotificationsToChange]
) -> Notifications:
    """What is left out stays as it is; mail that waits obeys the new choice too."""
    who = caller(request)
    chosen = {kind: value for kind, value in structs.asdict(data).items() if value is not UNSET}

    def choose(session: Session) -> Notifications:
        if "language" in chosen:
            preferences.choose_language(session, who, chosen["language"])
        kinds = {kind: value for kind, value in chosen.items() if kind != "language"}
        preferences.choose_mail(session, who, kinds)
        return _told(session, who)

    return await hub.database.write(choose)


ROUTES = [get_notifications, change_notifications]
