"""The demo's stage: phones of callers, consultants and 1414; each tells what it sees; edge."""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass, field
from time import monotonic

from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.phone import Phone
from lab.policy import BUSY, Answer, Decide, Policy
from lab.robots import Consultant
from lab.sip import header
from lab.story import Story
from lab.voice import tone

UCC_TONE = 700  # Hz


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation as the phones know it; `tone` is what the other side speaks, in Hz."""

    party: str
    tone: int
    call: Call

    @property
    def seconds(self) -> float:
        """From the answer to the end, or to now."""
        if self.call.answered_at is None:
            return 0.0
        return (self.call.ended_at or monotonic()) - self.call.answered_at


@dataclass(slots=True)
class Stage:
    """Callers are invented: +7700000000N is the caller of call N. `busy_for` finds 1414 engaged."""

    lab: Lab
    story: Story
    busy_for: frozenset[int]
    talks: defaultdict[int, list[Talk]] = field(default_factory=lambda: defaultdict(list))
    _begun: defaultdict[int, asyncio.Queue[Talk]] = field(default_factory=lambda: defaultdict(asyncio.Queue))

    async def consultant(self, id_: str) -> Consultant:
        """A consultant's phone, registered; answers half a second after it rings."""
        consultant = await self.lab.consultant(id_).start()
        answer = consultant.phone.policy
        assert callable(answer)
        self._watch(consultant.phone, id_, answer)
        self.story.tell(
            id_, f"registers the softphone; this voice is a tone of {consultant.phone.voice.frequency} Hz"
        )
        return consultant

    def ucc(self) -> None:
        """1414: answers some callers and is busy for others."""
        phone = self.lab.ucc().phone
        self._watch(phone, "1414", lambda call: BUSY if number_of(call) in self.busy_for else Answer(0.5))

    def caller(self, number: int, frequency: int) -> Phone:
        """The phone of call `number`'s caller, who speaks with this tone."""
        return self.lab.trunk_phone(tone(frequency), Identity(f"+7700000000{number}"))

    async def talk(self, number: int, party: str = "", within: float = 40.0) -> Talk:
        """Await the next conversation of this caller. Raises TimeoutError; ValueError with another party."""
        async with asyncio.timeout(within):
            talk = await self._begun[number].get()
        if party and talk.party != party:
            raise ValueError(f"{talk.party} answered, where {party} should have")
        return talk

    def _watch(self, phone: Phone, party: str, decide: Decide) -> None:
        def told(call: Call) -> Policy:
            policy = decide(call)
            number = number_of(call)
            word = "is busy" if policy == BUSY else "rings"
            self.story.tell(party, f"{word} for caller {number}", number)
            if policy != BUSY:
                phone.spawn(self._follow(Talk(party, phone.voice.frequency, call), number))
            return policy

        phone.policy = told

    async def _follow(self, talk: Talk, number: int) -> None:
        try:
            await talk.call.answered(60)
        except Exception as why:
            self.story.tell(talk.party, f"was not reached: {why}", number)
            return
        self.story.tell(talk.party, "answers", number)
        self.talks[number].append(talk)
        self._begun[number].put_nowait(talk)


def number_of(call: Call) -> int:
    """Which caller this is, as the called phone's display shows; 0 for a stranger."""
    shown = header(call.invitation, "from") if call.invitation else ""
    found = re.search(r"\+7700000000(\d)\b", shown)
    return int(found[1]) if found else 0
