"""Service of the register of demands, for the command line and the console; edge (A19, C6)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.evidence import Authority, Basis
from config.told import told
from recordings.access.log import AccessLog
from recordings.chain.store import access_head
from recordings.demands import store
from recordings.demands.basis import lacking
from recordings.demands.coverage import coverage
from recordings.demands.demand import Demand, DemandState, Letter, name_of
from recordings.demands.letter_check import LetterCheck, WrongLetter
from recordings.demands.question import OpenQuestions, Question, QuestionKind, open_ones
from recordings.demands.question_service import MANY, Questions
from recordings.demands.search_facts import SearchFacts
from recordings.demands.steps import WrongStep, may_answer, may_be_searched, move, search_of
from recordings.demands.store import NoSuchDemand
from recordings.demands.term import due
from recordings.finding.criteria import Criteria, FoundCall, masked
from recordings.finding.service import Finder
from recordings.journal.alarming import alarm
from recordings.model.access_entry import Action, Actor
from recordings.privacy.numbers import Numbers


class Demands:
    """Every method that changes something takes who does it and writes the access log first."""

    def __init__(
        self,
        database: AsyncEngine,
        finder: Finder,
        numbers: Numbers,
        authorities: Sequence[Authority],
        bases: Sequence[Basis],
    ) -> None:
        self._database = database
        self._finder = finder
        self._numbers = numbers
        self._questions = Questions(finder)
        self._facts = SearchFacts(database, finder, numbers, self._questions)
        self._letters = LetterCheck(authorities, bases, finder.zone)
        self._access = AccessLog(database)

    async def register(
        self,
        letter: Letter,
        who: Actor,
        now: datetime,
        *,
        again: bool = False,
        confirmed: Collection[str] = (),
    ) -> Demand:
        """Enter a letter; one that lacks what its basis requires is returned at once, with its reply.

        It is entered even when it is doubtful, for the clock runs and it keeps what it could mean; what is
        doubtful stands in the event "questioned", or "confirmed" where `confirmed` says that the letter has
        it so. Raises WrongLetter, StepForbidden. `again`: the same letter may stand in the register twice.
        """
        basis = self._letters.check(letter, now)
        known = None if again else await store.same_letter(self._database, letter)
        if known is not None:
            raise WrongLetter(
                told(
                    "this letter stands in the register already: {known}; to enter it again say --again",
                    known=name_of(known),
                )
            )
        lacks = lacking(letter, basis)
        move(DemandState.RECEIVED, DemandState.SEARCHING, who, frozenset())  # may this person at all?
        due_at = letter.due_at or due(letter.received_at, basis.term_hours)
        source = "letter" if letter.due_at else "basis"
        asked = [] if lacks else await self._questions.of_letter(letter, now)
        await self._access.note(who, Action.DEMAND, [f"register letter {letter.number} of {letter.date}"])
        async with self._database.begin() as connection:
            id_ = await store.add(connection, letter, due_at, source, who, now, self._numbers)
            if lacks:
                ground = f"lacks {' and '.join(lacks)}"
                state = move(DemandState.RECEIVED, DemandState.RETURNED, who, frozenset(), ground)
                why: dict[str, object] = {"lacks": list(lacks), "words": basis.ground_ru or ground}
                await store.set_state(connection, id_, state)
                await store.add_event(connection, id_, who, now, "returned", DemandState.RECEIVED, state, why)
            await _told(connection, id_, who, now, DemandState.RECEIVED, asked, confirmed)
        return await self.get(id_)

    async def questions(self, letter: Letter, now: datetime) -> list[Question]:
        """What is doubtful about a letter before it is registered. Raises WrongLetter."""
        if lacking(letter, self._letters.check(letter, now)):
            return []
        return await self._questions.of_letter(letter, now)

    async def correct(
        self, demand_id: int, wanted: Criteria, who: Actor, now: datetime, reason: str
    ) -> Demand:
        """What was mistyped from the letter, put right; the demand is received again, to be searched anew.

        Whoever corrects cannot be the second person.
        Raises WrongLetter, WrongStep, StepForbidden, NoSuchDemand.
        """
        demand = await self.get(demand_id)
        letter = replace(demand.letter, criteria=wanted)
        lacks = lacking(letter, self._letters.check(letter, max(now, letter.received_at)))
        if lacks:
            raise WrongLetter(
                told("under {basis} a demand must name: {names}", basis=letter.basis, names=", ".join(lacks))
            )
        if wanted == demand.letter.criteria:
            raise WrongLetter(told("nothing is different: say what the letter names"))
        move(demand.state, DemandState.RECEIVED, who, frozenset(), reason)
        asked = await self._questions.of_letter(letter, now)
        await self._access.note(who, Action.DEMAND, [f"{demand.name}: corrected"], reason)
        facts: dict[str, object] = {
            "words": reason,
            "was": masked(demand.letter.criteria),
            "criteria": masked(wanted),
            "hidden_before": store.hidden_criteria(demand.letter.criteria, self._numbers),
        }
        async with self._database.begin() as connection:
            before = await store.state_for_update(connection, demand_id)
            state = move(before, DemandState.RECEIVED, who, frozenset(), reason)
            await store.correct(connection, demand_id, wanted, self._numbers)
            await store.set_state(connection, demand_id, state)
            await store.add_event(connection, demand_id, who, now, "corrected", before, state, facts)
            await _told(connection, demand_id, who, now, state, asked, ())
        return await self.get(demand_id)

    async def search(
        self, demand_id: int, who: Actor, now: datetime, confirmed: Collection[str] = ()
    ) -> Demand:
        """Search by the letter's criteria; may be repeated, and then replaces what was found.

        Ready when something is covered and all of it is sealed or explained; else it stays searching, its
        last event saying why. What was destroyed after the letter came in is an alarm, and the demand
        becomes ready only when `confirmed` holds destroyed_since.
        Raises WrongStep, StepForbidden, NoSuchDemand, NotIndexed.
        """
        demand = await self.get(demand_id)
        move(demand.state, DemandState.SEARCHING, who, frozenset())
        may_be_searched(demand)
        wanted = demand.letter.criteria
        await self._questions.can_be_searched(demand)
        reason = f"{demand.name}, letter {demand.letter.number} of {demand.letter.date}"
        await self._access.note(who, Action.SEARCHED, [masked(wanted)], reason)
        covered = coverage(await self._finder.find(replace(wanted, limit=MANY)))
        late = covered.since(demand.came_in)
        asked = open_ones(await self._questions.of_found(demand, covered, now), confirmed)
        facts = await self._facts.of(wanted, covered, late)
        if asked:
            facts["questions"] = [one.facts() for one in asked]
        if late:
            await alarm(self._database, "demand_destroyed", demand.name, now)
        async with self._database.begin() as connection:
            before = await store.state_for_update(connection, demand_id)
            state = move(before, DemandState.SEARCHING, who, frozenset())
            await store.add_event(connection, demand_id, who, now, "searched", before, state, facts)
            await store.set_findings(connection, demand_id, covered.findings)
            known = not late or QuestionKind.DESTROYED_SINCE in confirmed
            if covered.findings and not covered.waiting and known:
                ready = move(state, DemandState.READY, who, frozenset())
                said: dict[str, object] = {"confirmed": [str(QuestionKind.DESTROYED_SINCE)]} if late else {}
                await store.add_event(connection, demand_id, who, now, "ready", state, ready, said)
                state = ready
            await store.set_state(connection, demand_id, state)
        return await self.get(demand_id)

    async def move(
        self,
        demand_id: int,
        to: DemandState,
        who: Actor,
        now: datetime,
        note: str = "",
        facts: dict[str, object] | None = None,
        confirmed: Collection[str] = (),
    ) -> Demand:
        """Any other step (approve, hand over, acknowledge, refuse, return). Raises StepForbidden, WrongStep.

        Nothing found is stated only after a search that found nothing. An answer leaves the house only when
        the search still says the same and nothing is doubtful but what `confirmed` names: else WrongStep or
        Unanswered, and the event "questioned".
        """
        demand = await self.get(demand_id)
        may_answer(demand, to)
        took_part = frozenset(e.who.system_user for e in demand.events if e.step in store.INVOLVED)
        move(demand.state, to, who, took_part, note)  # what is refused is not written down as done
        answers = to in (DemandState.APPROVED, DemandState.NOT_FOUND)
        asked = await self._nothing_doubtful(demand, who, now, confirmed) if answers else []
        await self._access.note(who, Action.DEMAND, [f"{demand.name}: {to}"], note)
        async with self._database.begin() as connection:
            before = await store.state_for_update(connection, demand_id)
            state = move(before, to, who, await store.involved(connection, demand_id), note)
            if answers and await store.last_search(connection, demand_id) != search_of(demand).seq:
                raise WrongStep(
                    told("{name} was searched again in this moment: look at it anew", name=demand.name)
                )
            said: dict[str, object] = {**(facts or {}), **({"words": note} if note else {})}
            if asked:
                said["confirmed"] = [one.facts() for one in asked]
            # What a package shows of the access log ends here, however late it is made.
            said["access_seq"] = (await access_head(connection)).seq
            await store.set_state(connection, demand_id, state)
            await store.add_event(connection, demand_id, who, now, str(to), before, state, said)
        return await self.get(demand_id)

    async def review(self, demand_id: int, who: Actor, now: datetime) -> tuple[Demand, list[FoundCall]]:
        """The demand with its calls, for whoever approves: when, how long, with whom. Raises NoSuchDemand."""
        demand = await self.get(demand_id)
        await self._access.note(who, Action.DEMAND, [f"{demand.name}: review"])
        calls = await self._finder.calls(list(dict.fromkeys(one.call_id for one in demand.findings)))
        await self.note(demand_id, who, now, "reviewed", {"conversations": len(demand.findings)})
        return await self.get(demand_id), calls

    async def _nothing_doubtful(
        self, demand: Demand, who: Actor, now: datetime, confirmed: Collection[str]
    ) -> list[Question]:
        """The doubts that were confirmed. Raises WrongStep, OpenQuestions."""
        asked = await self._questions.of_answer(demand, now)
        left = open_ones(asked, confirmed)
        if left:
            async with self._database.begin() as connection:
                state = await store.state_for_update(connection, demand.id)
                await _told(connection, demand.id, who, now, state, left, ())
            raise OpenQuestions(demand.name, left, self._finder.zone)
        return asked

    async def note(
        self, demand_id: int, who: Actor, now: datetime, step: str, facts: dict[str, object]
    ) -> None:
        """An event that moves nothing: a package was made, a warning given."""
        async with self._database.begin() as connection:
            state = await store.state_for_update(connection, demand_id)
            await store.add_event(connection, demand_id, who, now, step, state, state, facts)

    async def get(self, demand_id: int) -> Demand:
        """Raises NoSuchDemand."""
        found = await store.load(self._database, self._numbers, [demand_id])
        if not found:
            raise NoSuchDemand(
                told("there is no demand {demand_id}; see: ivr111 demands list", demand_id=demand_id)
            )
        return found[0]

    async def list(self, states: Sequence[DemandState] = ()) -> list[Demand]:
        """Nearest term first; all when no state is named."""
        return await store.load(self._database, self._numbers, None, states)

    def basis(self, id_: str) -> Basis:
        """Raises WrongLetter, naming those there are."""
        return self._letters.basis(id_)

    def authority(self, id_: str) -> Authority:
        """Raises WrongLetter, naming those there are."""
        return self._letters.authority(id_)


async def _told(
    connection: AsyncConnection,
    demand_id: int,
    who: Actor,
    at: datetime,
    state: DemandState,
    asked: Sequence[Question],
    confirmed: Collection[str],
) -> None:
    """What was asked back, and what the person said that the letter has so, as events."""
    still = open_ones(asked, confirmed)
    for step, which in (("confirmed", [one for one in asked if one not in still]), ("questioned", still)):
        if which:
            facts: dict[str, object] = {"questions": [one.facts() for one in which]}
            await store.add_event(connection, demand_id, who, at, step, state, state, facts)
