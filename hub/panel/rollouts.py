"""A firmware on its way to the panels: first one panel, then its floor, then all; it stops by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db.base import new_id
from hub.errors import Conflict, not_found
from hub.panel import repository, service
from hub.panel.firmware import release
from hub.panel.models import FirmwareRelease, Panel, Rollout, RolloutStep
from hub.panel.service import PanelRecord
from shared.firmware_offer import version_of
from shared.panel_presence import OFFLINE

if TYPE_CHECKING:
    from shared.firmware_offer import FirmwareOffer
    from shared.panel_presence import FailedUpdate

RUNNING, STOPPED, DONE = "running", "stopped", "done"
WAITING, OFFERED, FAILED = "waiting", "offered", "failed"

SILENCE = timedelta(minutes=45)
"""A panel that was there when it was offered a firmware, and has not been heard for so long, has died of it: an
update takes minutes, and a firmware that does not come up is gone back from within 40."""

RINGS = ("panel", "floor", "all")


@dataclass(frozen=True, slots=True)
class StepRecord:
    panel_id: str
    panel_name: str
    ring: str
    status: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class RolloutRecord:
    id: str
    version: str
    status: str
    reason: str | None
    soak_s: int
    started_at: datetime
    ended_at: datetime | None
    steps: tuple[StepRecord, ...]


def start(
    session: Session, version: str, first_panel_id: str | None, soak_s: int, now: datetime
) -> RolloutRecord:
    """Raises NotFound for the release or the panel; Conflict while another runs, or where no panel needs it."""
    wanted = release(session, version)
    if _running(session) is not None:
        raise Conflict("rollout-underway", "Another rollout is running", "Wait for it, or stop it.")
    panels = [one for one in service.panels(session) if _needs(one, version)]
    first = _first(panels, first_panel_id)
    rollout = Rollout(id=new_id(), release_key=wanted.key, status=RUNNING, soak_s=soak_s, started_at=now)
    session.add(rollout)
    session.flush()
    keys = {panel.id: panel.key for panel in repository.all_panels(session)}
    for one in panels:
        ring = _ring(one, first)
        session.add(
            RolloutStep(
                id=new_id(), rollout_key=rollout.key, panel_key=keys[one.id], ring=ring, status=WAITING
            )
        )
    session.flush()
    return _record(session, rollout)


def stop(session: Session, rollout_id: str, reason: str, now: datetime) -> RolloutRecord:
    """Panels that have the firmware keep it, the others are no longer offered it. Raises NotFound."""
    rollout = session.scalar(select(Rollout).where(Rollout.id == rollout_id))
    if rollout is None:
        raise not_found("rollout", rollout_id)
    if rollout.status == RUNNING:
        _end(rollout, STOPPED, reason, now)
    return _record(session, rollout)


def rollouts(session: Session) -> list[RolloutRecord]:
    """The latest first."""
    found = session.scalars(select(Rollout).order_by(Rollout.key.desc()))
    return [_record(session, one) for one in found]


def note_failure(session: Session, panel_id: str, failed: FailedUpdate, now: datetime) -> None:
    """The panel has said that the last firmware it was offered came to nothing; where that was this one, it stops."""
    rollout = _running(session)
    if rollout is None:
        return
    for step, panel in _steps(session, rollout):
        if step.id == failed["id"] and panel.id == panel_id and step.status == OFFERED:
            _fail(rollout, step, panel, f"{failed['problem']}: {failed['detail']}", now)


def advance(session: Session, now: datetime) -> None:
    """Offers it to the next ring once the one before runs it well, stops where a panel has died of it."""
    rollout = _running(session)
    if rollout is None:
        return
    steps = _steps(session, rollout)
    _look_back(rollout, steps, _version(session, rollout), now)
    if rollout.status == RUNNING and all(step.status == DONE for step, _ in steps):
        _end(rollout, DONE, None, now)
    for ring in range(len(RINGS)):
        if rollout.status != RUNNING:
            return
        turn = [one for one in steps if one[0].ring == ring]
        for step, panel in turn:
            if step.status == WAITING:
                step.status, step.offered_at = (DONE if panel.revoked_at else OFFERED), now
        if turn and not _runs_well(turn, rollout, now):
            return


def _look_back(rollout: Rollout, steps: list[tuple[RolloutStep, Panel]], version: str, now: datetime) -> None:
    for step, panel in steps:
        if step.status in {WAITING, OFFERED} and panel.firmware == version:
            step.status, step.settled_at = DONE, now
        elif step.status == OFFERED and _has_died(step, panel, now):
            _fail(rollout, step, panel, "not heard of since it was offered", now)


def offers(session: Session, url: str) -> dict[str, FirmwareOffer]:
    """What is offered now, by the panel's id; `url` is the hub's."""
    rollout = _running(session)
    if rollout is None:
        return {}
    of = release(session, _version(session, rollout))
    return {
        panel.id: {
            "id": step.id,
            "version": of.version,
            "url": f"{url}/api/v1/firmware/{of.version}/image",
            "size": of.size,
            "sha256": of.sha256,
            "signature": of.signature,
        }
        for step, panel in _steps(session, rollout)
        if step.status == OFFERED and panel.revoked_at is None
    }


def _needs(panel: PanelRecord, version: str) -> bool:
    """Whether it runs an older one; a panel never takes one that is not newer."""
    try:
        return panel.firmware is not None and version_of(panel.firmware) < version_of(version)
    except ValueError:  # it says something else than a number
        return False


def _first(panels: list[PanelRecord], panel_id: str | None) -> PanelRecord:
    there = [one for one in panels if one.status != OFFLINE] if panel_id is None else panels
    for one in there:
        if panel_id in {None, one.id}:
            return one
    raise Conflict(
        "no-panel-for-firmware", "No panel is there to begin with", "None runs an older one and is online."
    )


def _ring(panel: PanelRecord, first: PanelRecord) -> int:
    if panel.id == first.id:
        return 0
    together = panel.room and first.room and panel.room.floor.id == first.room.floor.id
    return 1 if together else 2


def _runs_well(ring: Iterable[tuple[RolloutStep, Panel]], rollout: Rollout, now: datetime) -> bool:
    """Every panel of it that is there has the firmware, and has run it long enough. One that was away before may
    come later, but not all of them."""
    done = []
    for step, panel in ring:
        if step.status == DONE:
            done.append(step)
            if panel.status == OFFLINE and panel.revoked_at is None:
                return False
        elif panel.status != OFFLINE or not _was_away(step, panel):
            return False
    ended = [step.settled_at for step in done if step.settled_at]
    return bool(done) and (not ended or now - max(ended) >= timedelta(seconds=rollout.soak_s))


def _was_away(step: RolloutStep, panel: Panel) -> bool:
    """When it was offered."""
    return step.offered_at is not None and (
        panel.last_heard_at is None or panel.last_heard_at < step.offered_at - SILENCE
    )


def _has_died(step: RolloutStep, panel: Panel, now: datetime) -> bool:
    if panel.revoked_at is not None or panel.status != OFFLINE or _was_away(step, panel):
        return False
    heard = max(one for one in (panel.last_heard_at, step.offered_at) if one is not None)
    return now - heard > SILENCE


def _fail(rollout: Rollout, step: RolloutStep, panel: Panel, detail: str, now: datetime) -> None:
    step.status, step.settled_at, step.detail = FAILED, now, detail[:256]
    _end(rollout, STOPPED, f"{panel.name}: {detail}"[:512], now)


def _end(rollout: Rollout, status: str, reason: str | None, now: datetime) -> None:
    rollout.status, rollout.reason, rollout.ended_at = status, reason, now


def _running(session: Session) -> Rollout | None:
    return session.scalar(select(Rollout).where(Rollout.status == RUNNING))


def _version(session: Session, rollout: Rollout) -> str:
    found = session.get(FirmwareRelease, rollout.release_key)
    return found.version if found else ""


def _steps(session: Session, rollout: Rollout) -> list[tuple[RolloutStep, Panel]]:
    found = (
        select(RolloutStep, Panel)
        .join(Panel, Panel.key == RolloutStep.panel_key)
        .where(RolloutStep.rollout_key == rollout.key)
        .order_by(RolloutStep.ring, Panel.name, RolloutStep.key)
    )
    return [(row[0], row[1]) for row in session.execute(found)]


def _record(session: Session, rollout: Rollout) -> RolloutRecord:
    steps = tuple(
        StepRecord(panel.id, panel.name, RINGS[step.ring], step.status, step.detail)
        for step, panel in _steps(session, rollout)
    )
    return RolloutRecord(
        rollout.id,
        _version(session, rollout),
        rollout.status,
        rollout.reason,
        rollout.soak_s,
        rollout.started_at,
        rollout.ended_at,
        steps,
    )
