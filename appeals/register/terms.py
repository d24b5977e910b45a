"""Terms of an appeal: which one of settings it has, counted by the calendar; edge (A23, C2)."""

from datetime import datetime
from typing import Final

from appeals.calendar.service import Calendar
from appeals.calendar.terms import NoSuchTerm
from appeals.model.appeal import Appeal, Channel, Kind

WRITTEN: Final = "written_reply"  # came over the net: answered within two working days (C2)
WRITTEN_CHANNELS: Final = frozenset({Channel.ELECTRONIC})


class CalendarTerms:
    """Answers as `Terms`. Names of terms: written_reply, application, complaint."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    async def due(self, appeal: Appeal, registered_at: datetime) -> tuple[datetime, str] | None:
        """See Terms."""
        term = term_of(appeal)
        try:
            return await self._calendar.due(term, registered_at), term
        except NoSuchTerm:  # the settings name none such: nothing is owed
            return None


def term_of(appeal: Appeal) -> str:
    """Id of its term; one whose kind is not known yet is an application."""
    if appeal.channel in WRITTEN_CHANNELS:
        return WRITTEN
    complaint = appeal.text("kind") == Kind.COMPLAINT.value
    return Kind.COMPLAINT.value if complaint else Kind.APPLICATION.value
