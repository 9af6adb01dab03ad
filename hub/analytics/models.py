"""Which monthly reports went out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime


class MonthlyReport(Base):
    """A row for each that is being made, or was queued: nobody gets that month's report again."""

    __tablename__ = "monthly_reports"

    user_key: Mapped[int] = mapped_column(ForeignKey("users.key"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    taken_until: Mapped[datetime] = mapped_column(UtcTime)
    """Until then it is left to the hub that makes it."""
    queued_at: Mapped[datetime | None] = mapped_column(UtcTime)
