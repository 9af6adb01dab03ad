"""A furnished building on the browser tests' hub: what the pictures in docs/ show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from tests.web.hub_process import HubProcess

ROOMS = [
    ("Nap Nook", 2, 1, ["phone"]),
    ("Story Corner", 4, 0, ["screen", "whiteboard"]),
    ("Sandbox", 6, 0, ["screen"]),
    ("Snack Table", 8, 1, ["whiteboard", "video"]),
    ("The Carpet", 12, 0, ["screen", "video", "hearing-loop"]),
    ("Recess", 20, 1, ["screen", "video", "hearing-loop", "whiteboard"]),
]
MEETINGS = [
    ("Nap Nook", "Call with Nadia", "15:30", "16:00"),
    ("Story Corner", "Hiring panel", "13:00", "14:30"),
    ("Story Corner", "1:1", "16:00", "16:15"),
    ("Sandbox", "Vendor call", "14:00", "15:00"),
    ("Snack Table", "Quarterly planning with everybody who could come", "13:30", "14:00"),
    ("The Carpet", "Brown bag", "12:15", "13:00"),
    ("The Carpet", "Board prep", "15:00", "17:00"),
    ("Recess", "Onboarding", "11:30", "12:30"),
]


class StoryHouse:
    """Six rooms on two floors; it is about ten there. Rooms by their names, people by their first."""

    def __init__(self, hub: HubProcess) -> None:
        self.hub = hub
        there = {each["slug"] for each in hub.get("/amenities")["items"]}
        floors = [{"name": "2"}, {"name": "3"}]
        building = hub.post("/buildings", {"name": "Story House", "timeZone": hub.zone.key, "floors": floors})
        self.id: str = building["id"]
        self.rooms = {
            name: str(
                hub.post(
                    "/rooms",
                    {
                        "name": name,
                        "floorId": building["floors"][floor]["id"],
                        "capacity": seats,
                        "amenities": [slug for slug in amenities if slug in there],
                    },
                )["id"]
            )
            for name, seats, floor, amenities in ROOMS
        }
        for room, title, starts, ends in MEETINGS:
            self.book(room, title, hub.at(starts), hub.at(ends))
        self.book("Sandbox", "Incident review", self.soon(20), self.soon(80))
        self.book("Snack Table", "Roadmap", self.soon(-5), self.soon(55))
        running = self.book("The Carpet", "Design review", self.soon(-5), self.soon(50))
        hub.post(f"/bookings/{running['id']}/check-in")

    def book(self, room: str, title: str, starts: str, ends: str, **more: Any) -> Any:
        body = {"roomId": self.rooms[room], "title": title, "startsAt": starts, "endsAt": ends} | more
        return self.hub.post("/bookings", body)

    def soon(self, minutes: int) -> str:
        return (datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)).isoformat()

    def show(self, page: Page) -> Page:
        """The browser looks at this building from now on."""
        page.add_init_script(f'localStorage.setItem("circletime.building", "{self.id}")')
        return page
