"""The register of demands; for the command line and the console."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from config.evidence import Authority, Basis
from recordings.access import Actor
from recordings.demands.demand import Demand, Letter, State
from recordings.finding.service import Finder
from recordings.numbers import Numbers


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
        self._authorities = {one.id: one for one in authorities}
        self._bases = {one.id: one for one in bases}

    async def register(self, letter: Letter, who: Actor, now: datetime) -> Demand:
        """Enter a letter; one that lacks what its basis requires is returned at once, with its reply."""
        raise NotImplementedError

    async def search(self, demand_id: int, who: Actor, now: datetime) -> Demand:
        """Search by the letter's criteria: ready with all that is covered, or not found with proof."""
        raise NotImplementedError

    async def move(
        self,
        demand_id: int,
        to: State,
        who: Actor,
        now: datetime,
        note: str = "",
        facts: dict[str, object] | None = None,
    ) -> Demand:
        """Any other step (approve, hand over, acknowledge, refuse, return). Raises Forbidden, WrongStep."""
        raise NotImplementedError

    async def get(self, demand_id: int) -> Demand:
        """Raises NoSuchDemand."""
        raise NotImplementedError

    async def list(self, states: Sequence[State] = ()) -> list[Demand]:
        """Nearest term first; all when no state is named."""
        raise NotImplementedError
