"""What a letter could mean, before anybody searched, and whether a call is among it; pure (A19, C6).

A letter is written and typed by people. So one thing that it names is enough, and a number or a day may be
wrong: the number's calls of any day are meant, and so are calls of the day whose number was withheld or is a
slip of the pen away. What names nothing that we know could mean every call.
"""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from dialplan.recording_names import arrival
from recordings.finding.civil_day import bounds
from recordings.finding.criteria import Criteria
from recordings.finding.near_numbers import asked_for, near
from recordings.model.call_record import LONGEST_CALL
from recordings.retention.holds import Period


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What a call is recognised by. `forms`: of its number, empty when withheld; None: unreadable."""

    call_id: str
    forms: frozenset[str] | None
    arrived_at: datetime
    ended_at: datetime | None
    parties: frozenset[str] = frozenset()
    registrations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DemandScope:
    """What a demand could mean. `everything`: it names nothing we know; `found`: calls its search found."""

    call_id: str | None = None
    registration: str | None = None
    forms: frozenset[str] = frozenset()
    window: Period | None = None
    consultant: str | None = None
    withheld: bool = False
    everything: bool = False
    found: frozenset[str] = field(default=frozenset())

    def includes(self, call: CallFacts) -> bool:
        """Whether the demand could mean this call."""
        if self.everything or call.call_id in self.found or call.call_id == self.call_id:
            return True
        if self.registration is not None and self.registration in call.registrations:
            return True
        if self.forms and (call.forms is None or self.forms & call.forms):
            return True
        if self.window is not None and self.window.meets(call.arrived_at, call.ended_at or call.arrived_at):
            return not self.forms or not call.forms or near(self.forms, call.forms)
        if self._only_the_party() and self.consultant is not None:
            return self.consultant in call.parties
        return self._only_the_party() and self.withheld and not call.forms

    def period(self) -> Period | None:
        """When what it means was spoken, as far as it says so; None: it means no time at all."""
        if self.everything:
            return Period()
        if self.window is not None:
            since, until = self.window.since, self.window.until
            return Period(since and since - LONGEST_CALL, until and until + LONGEST_CALL)
        if self.forms or self._only_the_party():
            return Period()
        moments = [at for id_ in self._ids() if (at := arrival(id_)) is not None]
        if not moments:
            return Period() if self.registration else None
        return Period(min(moments) - LONGEST_CALL, max(moments) + LONGEST_CALL)

    def _ids(self) -> list[str]:
        return [*self.found, *([self.call_id] if self.call_id else [])]

    def _only_the_party(self) -> bool:
        named = self.call_id or self.registration or self.forms or self.window
        return not named and (self.consultant is not None or self.withheld)


def scope_of(
    wanted: Criteria, zone: ZoneInfo, known_calls: frozenset[str], known_registrations: frozenset[str]
) -> DemandScope:
    """`known_...`: which of the named calls and registration numbers there are; others may be misread."""
    call_id = wanted.call_id if wanted.call_id in known_calls else None
    registration = wanted.registration if wanted.registration in known_registrations else None
    forms = frozenset() if wanted.number is None else asked_for(wanted.number)
    named = call_id or registration or forms
    window = _window(wanted, zone)
    if window is not None and (call_id or registration):
        window = None  # the call itself is named, and there
    party = wanted.consultant is not None or wanted.withheld
    misread = (wanted.call_id, wanted.registration) != (None, None) and not (call_id or registration)
    nothing = not named and window is None and (misread or not party)
    return DemandScope(
        call_id, registration, forms, window, wanted.consultant, wanted.withheld, everything=nothing
    )


def _window(wanted: Criteria, zone: ZoneInfo) -> Period | None:
    """Day or moments, whichever is named; both are taken together where they meet, else each alone."""
    days = [bounds(wanted.day, zone)] if wanted.day is not None else []
    moments = (wanted.since, wanted.until)
    if moments == (None, None):
        return Period(*days[0]) if days else None
    if not days:
        return Period(*moments)
    since, until = days[0]
    early = min(since, wanted.since or since)
    late = max(until, wanted.until or until)
    return Period(early, late)
