"""Receipts by link: a body looks, opens the text by its code, says that it has it, answers; edge (A17, B2).

A look changes nothing, for machines look at every link that a letter carries. The link alone shows number
and time and takes a receipt; text and answer need the code (decision 0128).
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from appeals.handing_over import store
from appeals.handing_over.answering import RECEIPT_PAGE, Answering
from appeals.handing_over.planning import Planning
from appeals.handing_over.receipt_links import code_of, count_wrong, link_row, secret_of
from appeals.model.hand_over import BodyAnswer, DeliveryAttempt, GivenAnswer, HandOver, HandOverState
from appeals.model.receipt import ReceiptFault, ReceiptRefused, ReceiptText, ReceiptView
from appeals.register.number import in_groups
from config.database import read_connection
from recordings.model.access_entry import Actor
from recordings.privacy.numbers import Numbers
from recordings.rows.store import lock

DAYS: Final = 92.0
BODY: Final = "body"  # the role of who answers for a body
_FORM: Final = timedelta(hours=12)
_OPEN: Final = timedelta(hours=2)
_AT_ONCE: Final = 5  # wrong codes until a lock
_LOCK: Final = timedelta(minutes=15)  # doubled at each further lock
_LONGEST_LOCK: Final = timedelta(days=1)
_LONGEST_NAME, _LONGEST_MEASURES = 200, 4000
_SHUT: Final = {
    HandOverState.WAITING: ReceiptFault.NOT_YET,
    HandOverState.WITHDRAWN: ReceiptFault.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class ReceiptLinks:
    """Makes the address that leaves; answers as `Link` of `channels`. `url` "": no page, no link."""

    url: str
    numbers: Numbers

    def __call__(self, one: HandOver, attempt: DeliveryAttempt) -> str:
        """The same for every try of the hand-over, by whatever channel."""
        if not self.url:
            return ""
        return f"{self.url.rstrip('/')}/r/{secret_of(self.numbers, one.id, one.sha256)}"


class Receipts(Answering):
    """What the receipt page asks: each method by link only, and for this one hand-over only.

    `days`: a link lives so long after the hand-over was due to leave. All raise ReceiptRefused.
    """

    def __init__(
        self, database: AsyncEngine, numbers: Numbers, planning: Planning, days: float = DAYS
    ) -> None:
        super().__init__(database, numbers, planning)
        self._days = timedelta(days=days)

    async def look(self, link: str, now: datetime) -> ReceiptView:
        """What the link alone shows."""
        return await self._view(await self._of(link, now), now)

    async def unlock(self, link: str, form: str, code: str, now: datetime) -> ReceiptText:
        """The text, for who has the code; a wrong one is counted, and after five none is looked at."""
        one = await self._of(link, now)
        self._check(form, "form", one, now)
        typed = "".join(letter for letter in code if letter.isdecimal())
        async with self._database.begin() as connection:
            await lock(connection)
            fault = await self._fault(connection, link, one, typed, now)
            if fault is None:
                who, facts = _who(one), {"channel": RECEIPT_PAGE}
                await store.happened(
                    connection, one.id, who, now, "text_opened", one.state, one.state, facts=facts
                )
        if fault is not None:  # raised here, for the count must stay
            raise fault
        return await self._text(one, now)

    async def take(self, link: str, form: str, by: str, post: str, now: datetime) -> ReceiptView:
        """Somebody says that they have it; the first name stays."""
        one = await self._of(link, now)
        self._check(form, "form", one, now)
        await self.received(one.id, _named(by, post), RECEIPT_PAGE, _who(one), now)
        return await self._view(await self._of(link, now), now)

    async def answer(
        self, link: str, opened: str, answer: BodyAnswer, measures: str, by: str, post: str, now: datetime
    ) -> ReceiptText:
        """Confirmed or not, primary measures, by whom (A17); a repeat of the same changes nothing."""
        one = await self._of(link, now)
        self._check(opened, "opened", one, now)
        said = measures.strip()
        if len(said) > _LONGEST_MEASURES:
            raise ReceiptRefused(ReceiptFault.TOO_LONG)
        given = GivenAnswer(answer, said, _named(by, post), RECEIPT_PAGE, now)
        await self.answered(one.id, given, _who(one), now)
        return await self._text(await self._of(link, now), now)

    async def _of(self, link: str, now: datetime) -> HandOver:
        async with read_connection(self._database) as connection:
            row = await link_row(connection, link)
            found = await store.load(connection, self._numbers, [row.hand_over_id]) if row else []
        if not found:
            raise ReceiptRefused(ReceiptFault.NO_SUCH_LINK)
        if now >= self._expires(found[0]):
            raise ReceiptRefused(ReceiptFault.EXPIRED)
        if found[0].state in _SHUT:
            raise ReceiptRefused(_SHUT[found[0].state])
        return found[0]

    async def _fault(
        self, connection: AsyncConnection, link: str, one: HandOver, code: str, now: datetime
    ) -> ReceiptRefused | None:
        row = await link_row(connection, link)
        if row is None:
            return ReceiptRefused(ReceiptFault.NO_SUCH_LINK)
        if row.locked_until is not None and now < row.locked_until:
            return ReceiptRefused(ReceiptFault.LOCKED, row.locked_until)
        if hmac.compare_digest(code, code_of(self._numbers, one.id, one.sha256)):
            await count_wrong(connection, one.id, 0, None)
            return None
        wrong = row.wrong + 1
        until = locked_until(wrong, now)
        await count_wrong(connection, one.id, wrong, until)
        return ReceiptRefused(ReceiptFault.WRONG_CODE if until is None else ReceiptFault.LOCKED, until)

    async def _view(self, one: HandOver, now: datetime) -> ReceiptView:
        body = await self._planning.body(one.body)
        return ReceiptView(
            number=in_groups(one.number),
            body_kk=body.name_kk,
            body_ru=body.name_ru,
            language=one.language,
            urgent=one.urgent,
            told_at=max(one.due_at, one.created_at),
            expires_at=self._expires(one),
            received_at=one.received_at,
            answered_at=one.given.at if one.given else None,
            answer=one.given.answer.value if one.given else "",
            form=self._sealed("form", one, now + _FORM),
        )

    async def _text(self, one: HandOver, now: datetime) -> ReceiptText:
        return ReceiptText(
            view=await self._view(one, now),
            text=one.text,
            sha256=one.sha256,
            received_by=one.received_by,
            measures=one.given.measures if one.given else "",
            answered_by=one.given.by if one.given else "",
            opened=self._sealed("opened", one, now + _OPEN),
        )

    def _expires(self, one: HandOver) -> datetime:
        return max(one.due_at, one.created_at) + self._days

    def _sealed(self, kind: str, one: HandOver, until: datetime) -> str:
        seconds = str(int(until.timestamp()))
        about = f"{one.id}\0{one.sha256}\0{seconds}"
        return f"{seconds}.{self._numbers.digest(f'receipt {kind}', about)}"

    def _check(self, sealed: str, kind: str, one: HandOver, now: datetime) -> None:
        seconds = sealed.partition(".")[0]
        if seconds.isascii() and seconds.isdigit() and len(seconds) <= 11:
            until = datetime.fromtimestamp(int(seconds), UTC)
            right = self._sealed(kind, one, until)
            if now < until and hmac.compare_digest(sealed.encode(), right.encode()):
                return
        raise ReceiptRefused(ReceiptFault.FORM_OLD)


def locked_until(wrong: int, now: datetime) -> datetime | None:
    """After so many wrong codes in a row: none is looked at until then; None: the next one is."""
    if wrong % _AT_ONCE:
        return None
    doublings = 1 << min(wrong // _AT_ONCE - 1, 10)
    return now + min(_LOCK * doublings, _LONGEST_LOCK)


def _who(one: HandOver) -> Actor:
    """A body, by its id: who typed it stands hidden in the history."""
    return Actor(one.body, BODY, "receipt page")


def _named(by: str, post: str) -> str:
    """Raises ReceiptRefused."""
    name, held = " ".join(by.split()), " ".join(post.split())
    if not name:
        raise ReceiptRefused(ReceiptFault.EMPTY)
    if max(len(name), len(held)) > _LONGEST_NAME:
        raise ReceiptRefused(ReceiptFault.TOO_LONG)
    return f"{name}, {held}" if held else name
