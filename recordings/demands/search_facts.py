"""Facts of a search, for the register and the answer: what was searched, and what was there; edge (A19)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from config.database import read_connection
from recordings.chain.store import head
from recordings.demands.coverage import Coverage
from recordings.demands.question import time_named
from recordings.demands.question_service import Questions
from recordings.finding.criteria import Criteria, masked
from recordings.finding.service import Finder
from recordings.privacy.numbers import Numbers


class SearchFacts:
    """Reads the journal and the chain's end; nothing is written."""

    def __init__(self, database: AsyncEngine, finder: Finder, numbers: Numbers, questions: Questions) -> None:
        self._database = database
        self._finder = finder
        self._numbers = numbers
        self._questions = questions

    async def of(self, wanted: Criteria, covered: Coverage, late: Sequence[str]) -> dict[str, object]:
        """What was searched, in what: without a number in clear, and enough to repeat it."""
        facts: dict[str, object] = {
            "criteria": masked(wanted),
            "conversations": len(covered.findings),
            "sealed": covered.sealed,
            "waiting": covered.waiting,
            "destroyed": covered.destroyed,
            "destroyed_since": list(late),
            "missing": covered.missing,
            "calls_without_conversation": covered.silent_calls,
        }
        if wanted.number is not None:
            facts["number_index"] = self._numbers.index(wanted.number)
        since, until = time_named(wanted, self._finder.zone)
        facts |= {word: at.isoformat() for word, at in (("from", since), ("until", until)) if at is not None}
        if since is not None and until is not None:
            facts["near_numbers"] = await self._questions.near(wanted, since, until)
            if not covered.findings:
                facts["rows_destroyed"] = await self._finder.without_rows(since, until)
        if wanted.day is not None:
            facts["calls_that_day"] = await self._finder.count(Criteria(day=wanted.day))
            facts["withheld_that_day"] = await self._finder.count(Criteria(day=wanted.day, withheld=True))
        async with read_connection(self._database) as connection:
            end = await head(connection)
        facts["chain"] = {"seq": end.seq, "head": end.hash}
        return facts
