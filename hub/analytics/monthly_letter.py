"""What the mail with the monthly report says: the month in a few sentences; the rest is in its PDF."""

from __future__ import annotations

from hub.analytics.records import KpiReport, Kpis
from hub.analytics.wording import Wording


def letter(speech: Wording, name: str, first: KpiReport, url: str) -> str:
    whose = "" if first.department is None else " " + speech.say("inDepartment", department=first.department)
    days = f"from={first.from_}&to={first.to}"
    return "\n\n".join(
        [
            speech.say("hello", name=" ".join(name.split())),
            speech.say("attached", month=f"{first.from_:%Y-%m}") + whose,
            _sentences(speech, first.items[0]),
            speech.say("more", url=f"{url}/admin/dashboard?{days}"),
            "-- \n" + speech.say("why", url=f"{url}/account"),
        ]
    )


def _sentences(speech: Wording, found: Kpis) -> str:
    return "\n".join([_used(speech, found), *_ghosts(speech, found)])


def _used(speech: Wording, found: Kpis) -> str:
    if found.used_utilization is None or found.booked_utilization is None:
        return speech.say("usedNothing")
    used, booked = speech.percent(found.used_utilization), speech.percent(found.booked_utilization)
    return speech.say("used", used=used, booked=booked)


def _ghosts(speech: Wording, found: Kpis) -> list[str]:
    if found.ghost_rate is None:
        return [speech.say("ghostsNothing")]
    rate = speech.percent(found.ghost_rate)
    ghosts = speech.say("ghosts", ghosts=found.ghosts, required=found.check_in_required, rate=rate)
    lost, recovered, rebooked = (
        speech.number(minutes / 60)
        for minutes in (found.lost_minutes, found.recovered_minutes, found.rebooked_minutes)
    )
    return [ghosts, speech.say("lost", lost=lost, recovered=recovered, rebooked=rebooked)]
