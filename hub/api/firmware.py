"""Firmware for panels, and its way to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.api.context import Asking, Hub, caller, requires_admin
from hub.api.schema import Body, Id, Page, Record
from hub.panel import firmware, rollouts
from hub.panel.firmware import ReleaseRecord
from hub.panel.rollouts import RolloutRecord

Version = Annotated[str, Meta(max_length=32, description="Like 0.2.0")]


class Release(Record):
    version: str
    size: int
    sha256: str
    uploaded_at: datetime


class RolloutToStart(Body):
    """Without `firstPanelId` it begins with a panel that is online. `soakMinutes` is how long a ring has to run
    well before the next gets it."""

    version: Version
    first_panel_id: Id | None = None
    soak_minutes: Annotated[int, Meta(ge=0, le=7 * 24 * 60)] = 10


class RolloutStep(Record):
    """`ring` is `panel`, `floor` or `all`; `status` is `waiting`, `offered`, `done` or `failed`."""

    panel_id: str
    panel_name: str
    ring: str
    status: str
    detail: str | None


class Rollout(Record):
    """`status` is `running`, `done` or `stopped`, for `reason`."""

    id: str
    version: str
    status: str
    reason: str | None
    soak_minutes: int
    started_at: datetime
    ended_at: datetime | None
    steps: list[RolloutStep]


@get("/firmware", guards=[requires_admin], tags=["firmware"])
async def list_firmware(hub: Hub) -> Page[Release]:
    """What was uploaded, the highest version first."""
    found = await hub.database.read(firmware.releases)
    return Page(items=[_release(one) for one in found])


@post("/firmware", guards=[requires_admin], tags=["firmware"])
async def upload_firmware(hub: Hub, request: Asking) -> Release:
    """The body is a file as `tools/release.py pack` writes it; it has to be signed with the site's key."""
    now, who, packed = hub.clock.now(), caller(request), await request.body()

    def upload(session: Session) -> ReleaseRecord:
        found = firmware.upload(session, packed, hub.settings.firmware_key, now)
        audit.record(session, who, "firmware.upload", found.version, {"sha256": found.sha256}, now)
        return found

    return _release(await hub.database.write(upload))


@get(
    "/firmware/{version:str}/image",
    opt={"open": True},
    media_type="application/octet-stream",
    tags=["firmware"],
)
async def get_firmware(hub: Hub, version: FromPath[str]) -> Response[bytes]:
    """What panels download. It is no secret; whether to run it they know from its signature."""
    found = await hub.database.read(lambda session: firmware.content(session, version))
    return Response(found, media_type="application/octet-stream")


@get("/firmware/rollouts", guards=[requires_admin], tags=["firmware"])
async def list_rollouts(hub: Hub) -> Page[Rollout]:
    """The latest first, with each panel's turn."""
    found = await hub.database.read(rollouts.rollouts)
    return Page(items=[_rollout(one) for one in found])


@post("/firmware/rollouts", guards=[requires_admin], tags=["firmware"])
async def start_rollout(hub: Hub, request: Asking, data: JSONBody[RolloutToStart]) -> Rollout:
    """To one panel, then to its floor, then to all; it stops by itself where a panel goes back from it."""
    now, who = hub.clock.now(), caller(request)

    def start(session: Session) -> RolloutRecord:
        found = rollouts.start(session, data.version, data.first_panel_id, data.soak_minutes * 60, now)
        audit.record(session, who, "firmware.rollout", found.id, {"version": data.version}, now)
        return found

    return _rollout(await hub.database.write(start))


@post("/firmware/rollouts/{id:str}/stop", guards=[requires_admin], status_code=200, tags=["firmware"])
async def stop_rollout(hub: Hub, request: Asking, id: FromPath[str]) -> Rollout:
    """Panels that have the firmware keep it; one that ended stays as it is."""
    now, who = hub.clock.now(), caller(request)

    def stop(session: Session) -> RolloutRecord:
        found = rollouts.stop(session, id, f"{who.name} stopped it", now)
        audit.record(session, who, "firmware.stop", id, {}, now)
        return found

    return _rollout(await hub.database.write(stop))


def _release(found: ReleaseRecord) -> Release:
    return Release(version=found.version, size=found.size, sha256=found.sha256, uploaded_at=found.uploaded_at)


def _rollout(found: RolloutRecord) -> Rollout:
    return Rollout(
        id=found.id,
        version=found.version,
        status=found.status,
        reason=found.reason,
        soak_minutes=found.soak_s // 60,
        started_at=found.started_at,
        ended_at=found.ended_at,
        steps=[
            RolloutStep(
                panel_id=one.panel_id,
                panel_name=one.panel_name,
                ring=one.ring,
                status=one.status,
                detail=one.detail,
            )
            for one in found.steps
        ],
    )


ROUTES = [list_firmware, upload_firmware, get_firmware, list_rollouts, start_rollout, stop_rollout]
