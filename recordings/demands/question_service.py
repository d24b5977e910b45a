"""Questions about a letter held against the journal: as it comes in, and before its answer; edge (C6)."""

from dataclasses import replace
from datetime import datetime, timedelta

from config.told import told
from recordings.demands.basis import searchable, why_no_number
from recordings.demands.coverage import Coverage, coverage
from recordings.demands.demand import Demand, Letter
from recordings.demands.question import JournalCounts, Question, questions, time_named
from recordings.demands.steps import WrongStep, search_of
from recordings.finding.criteria import Criteria
from recordings.finding.service import Finder, NotIndexed

MANY = 10_000  # calls one demand may fit
NEAR = timedelta(days=31)  # numbers a slip away are looked for in a time no longer than this


class Questions:
    """Asked of the journal; nothing is written."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    async def of_letter(self, letter: Letter, now: datetime) -> list[Question]:
        """Before it is searched."""
        wanted = letter.criteria
        if reason := why_no_number(wanted):
            seen = JournalCounts(1, 0, None, 0, 0, None, reason)
            return questions(wanted, letter.date, seen, now, self._finder.zone)
        try:
            found = await self._finder.count(wanted) if searchable(wanted) else 1
            seen = await self._seen(wanted, found, 0)
        except NotIndexed:  # asked again before the answer
            seen = JournalCounts(1, 0, None, 0, 0, None)
        return questions(wanted, letter.date, seen, now, self._finder.zone)

    async def of_answer(self, demand: Demand, now: datetime) -> list[Question]:
        """Before it leaves the house. Raises WrongStep when the search does not stand any more."""
        wanted, zone = demand.letter.criteria, self._finder.zone
        await self.can_be_searched(demand)
        search, again = search_of(demand), f"ivr111 demands search {demand.id}"
        covered = coverage(await self._finder.find(replace(wanted, limit=MANY)))
        now_there = (covered.sealed, covered.destroyed, covered.missing)
        then = tuple(search.facts.get(kind) for kind in ("sealed", "destroyed", "missing"))
        if set(covered.findings) != set(demand.findings) or covered.waiting or now_there != then:
            raise WrongStep(
                told(
                    "{name}: what is there is not what the search found any more: {again}",
                    name=demand.name,
                    again=again,
                )
            )
        _, until = time_named(wanted, zone)
        if until is not None and search.at < until <= now:
            raise WrongStep(
                told("{name} was searched before that time was over: {again}", name=demand.name, again=again)
            )
        return await self.of_found(demand, covered, now)

    async def of_found(self, demand: Demand, covered: Coverage, now: datetime) -> list[Question]:
        """About what a search found, or found not."""
        wanted, late = demand.letter.criteria, covered.since(demand.came_in)
        seen = await self._seen(wanted, len(covered.findings), len(late))
        return questions(wanted, demand.letter.date, seen, now, self._finder.zone)

    async def can_be_searched(self, demand: Demand) -> None:
        """Raises WrongStep for what an earlier version let in, and for what fits too much."""
        wanted = demand.letter.criteria
        reason = why_no_number(wanted)
        if reason:
            raise WrongStep(
                told(
                    "{name}: {reason}; put it right: ivr111 demands correct {id}",
                    name=demand.name,
                    reason=reason,
                    id=demand.id,
                )
            )
        fit = await self._finder.count(wanted)
        if fit > MANY:
            raise WrongStep(
                told(
                    "{name} fits {fit:,} calls: ask the authority to name it more closely",
                    name=demand.name,
                    fit=fit,
                )
            )

    async def near(self, wanted: Criteria, since: datetime, until: datetime) -> int:
        """Numbers of that time a slip of the pen from the one asked for; of too long a time none are told."""
        if wanted.number is None or not _short(since, until):
            return 0
        return await self._finder.near(wanted.number, since, until)

    async def _seen(self, wanted: Criteria, found: int, late: int) -> JournalCounts:
        seen = JournalCounts(found, 0, None, 0, late, None, why_no_number(wanted))
        if found:
            return seen
        since, until = time_named(wanted, self._finder.zone)
        if since is not None and until is not None:
            seen = replace(
                seen,
                calls_then=await self._finder.count(Criteria(since=since, until=until)),
                rows_destroyed=await self._finder.without_rows(since, until),
                near_numbers=await self.near(wanted, since, until),
            )
        if wanted.number is not None and not seen.near_numbers and not _short(since, until):
            seen = replace(seen, near_ever=await self._finder.near_ever(wanted.number))
        if wanted.number is not None and (since is not None or until is not None):
            count, nearest = await self._finder.other_times(wanted.number, since or until)
            seen = replace(seen, other_days=count, nearest=nearest)
        alone = {name: await self._finder.count(one) for name, one in _each(wanted).items()}
        named = [name for name in alone if name in ("call id", "registration number")]
        return replace(
            seen,
            first_call=await self._finder.oldest(),
            apart=tuple(name for name in named if alone[name]),
            unknown=tuple(name for name, count in alone.items() if not count),
        )


def _each(wanted: Criteria) -> dict[str, Criteria]:
    """Each name of a call that is given, alone."""
    found = {
        "call id": wanted.call_id and Criteria(call_id=wanted.call_id),
        "registration number": wanted.registration and Criteria(registration=wanted.registration),
        "consultant": wanted.consultant and Criteria(consultant=wanted.consultant),
    }
    return {name: one for name, one in found.items() if isinstance(one, Criteria)}


def _short(since: datetime | None, until: datetime | None) -> bool:
    return since is not None and until is not None and until - since <= NEAR
