"""Survival's queue holds the consultants on shift: mirrored over AMI, pauses included; edge."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from dialplan import words as w
from routing.ami.client import Ami, AmiDown, AmiError, AmiTimeout, Message
from routing.dispatch.views import SeatView

log = structlog.get_logger()

AGAIN = 10.0  # seconds until the next try after a refusal or a missing answer
OFF = "off_shift"  # the reason that stands there for a consultant whose shift has ended
QUEUE = {"Queue": w.SURVIVAL_QUEUE}


@dataclass(frozen=True, slots=True)
class QueueMember:
    """One member of survival's queue."""

    consultant: str
    paused: str  # reason, empty when not


def wanted(seats: tuple[SeatView, ...]) -> frozenset[QueueMember]:
    """Everybody who is known: reach is Asterisk's own business, pauses are ours."""
    return frozenset(QueueMember(seat.id, OFF if seat.off else seat.pause or "") for seat in seats)


def found(items: list[Message]) -> frozenset[QueueMember]:
    """The members Asterisk names."""
    return frozenset(
        QueueMember(
            str(item.get("Name") or item.get("Location", "")).removeprefix("PJSIP/"),
            (str(item.get("PausedReason", "")) or "paused") if item.get("Paused") == "1" else "",
        )
        for item in items
        if item.get("Event") == "QueueMember"
    )


class QueueMemberSync:
    """Keeps the queue's members equal to the shift; one change at a time, the latest wish wins."""

    def __init__(self, ami: Ami, seats: Callable[[], tuple[SeatView, ...]], again: float = AGAIN) -> None:
        self._ami = ami
        self._again = again
        self._seats = seats
        self._news = asyncio.Event()

    def changed(self) -> None:
        """Something about the shift changed."""
        self._news.set()

    async def members(self) -> frozenset[QueueMember]:
        """Who is in the queue now. Raises AmiDown, AmiTimeout, AmiError."""
        return found(await self._ami.list("QueueStatus", QUEUE))

    async def keep(self) -> None:
        """Mirror for ever; a lost connection is made good at the next login, all else a little later."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                if not await self._agree():
                    log.warning("mirror_differs")
                    self._later()
            except (AmiDown, AmiTimeout, AmiError) as why:
                log.warning("mirror_late", why=type(why).__name__)
                if not isinstance(why, AmiDown):
                    self._later()
            await asyncio.sleep(0.05)

    def _later(self) -> None:
        asyncio.get_running_loop().call_later(self._again, self._news.set)

    async def _agree(self) -> bool:
        """Bring the queue to the wish; whether it was seen to be so, or the wish has changed meanwhile."""
        wish, there = wanted(self._seats()), await self.members()
        if wish == there:
            return True
        names = {member.consultant for member in there}
        for gone in sorted(names - {member.consultant for member in wish}):
            await self._told("QueueRemove", gone)
        for member in sorted(wish - there, key=lambda one: one.consultant):
            if member.consultant not in names:
                added = {"MemberName": member.consultant, "Paused": _yes(member)}
                await self._told(
                    "QueueAdd", member.consultant, **added, StateInterface=_of(member.consultant)
                )
            if member.consultant in names or member.paused:
                await self._told("QueuePause", member.consultant, Paused=_yes(member), Reason=member.paused)
        return await self.members() == wish or self._news.is_set()

    async def _told(self, action: str, consultant: str, **fields: str) -> None:
        """One that is refused keeps no other back: what became of it is seen afterwards."""
        try:
            await self._ami.send(action, {**QUEUE, "Interface": _of(consultant), **fields})
        except AmiError as why:
            log.warning("mirror_refused", action=action, consultant=consultant, why=str(why))


def _of(consultant: str) -> str:
    return f"PJSIP/{consultant}"


def _yes(member: QueueMember) -> str:
    return "true" if member.paused else "false"
