"""The calls of the civil day that are over, for the board's figures: journal rows as they come; edge."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Language
from engine.wallboard.cut_off_numbers import CutOffNumbers
from ivr.ucc_result import FAILURES, UccResult
from recordings.journal.figures import STEP, EndedCall, Tally, chart, completed, ended_call, tally
from recordings.journal.reading import CallFilter, Reader
from recordings.model.call_record import CallRecord
from recordings.privacy.hiding import UNREADABLE
from recordings.privacy.phone_number import index_form
from routing.board.figures import Chart, Figures
from routing.live.repeated_faults import RepeatedFaults

log = structlog.get_logger()

MOST = 100_000  # calls of one day
TRIED = (FAILURES | {UccResult.ANSWERED}) - {UccResult.NO_NOTICE}
UCC_REMEMBERED = 900.0  # seconds: how long a 1414 that could not be reached is worth an alert
# 1414 is there and takes no call now, or drops one: an alert from the second on.
REFUSES = frozenset({UccResult.BUSY, UccResult.REJECTED, UccResult.DROPPED})


@dataclass(frozen=True, slots=True)
class UccAttempt:
    """1414 was tried for a call at `at` (epoch seconds); `failing`: that it does not answer is an alert."""

    at: float
    call: str
    result: str
    failing: bool


class Today:
    """What `take` has heard since midnight; a call told twice is counted once, by its last telling."""

    def __init__(self, zone: ZoneInfo, target: float) -> None:
        self._whole = False
        self._zone = zone
        self._target = target
        self._key = secrets.token_bytes(32)  # numbers are compared, never kept
        self._since = 0.0
        self._calls: dict[str, EndedCall] = {}
        self._attempts: Counter[str] = Counter()
        self._tallies: dict[Language | None, Tally] = {}
        self._served: Counter[str | None] | None = None
        self._chart: tuple[float, Chart] | None = None
        self._ucc: UccAttempt | None = None  # the last try
        self._owed = CutOffNumbers()
        self.unconfirmed = RepeatedFaults()  # no ACK

    @property
    def whole(self) -> bool:
        """Whether the day so far is known from the journal."""
        return self._whole

    async def load(self, reader: Reader, now: datetime) -> bool:
        """The day so far from the journal; False while it is away. What was heard since is newer."""
        self.turn(now)
        since = datetime.fromtimestamp(self._since, UTC)
        try:
            rows = await reader.calls(CallFilter(since=since, limit=MOST))
        except (SQLAlchemyError, OSError) as why:
            log.error("today_not_loaded", why=type(why).__name__)
            return False
        for row in rows:
            if row.call_id not in self._calls:
                self.take(row)
        self._whole = True
        return True

    def take(self, record: CallRecord) -> None:
        """A call is over, or is told more exactly than before."""
        arrived = record.arrived_at.timestamp()
        # The notice was played just before the try: a caller may have waited and talked long before it.
        tried_at = (record.notice_at or record.arrived_at).timestamp()
        self.tried(record.ucc_result or "", tried_at, record.call_id)
        index = self.index(record.pii_caller if record.pii_caller != UNREADABLE else None)
        self._owed.take(index, record)
        if arrived < self._since:
            return
        old = self._calls.get(record.call_id)
        fresh = ended_call(record, index)
        self._calls[record.call_id] = fresh if old is None else completed(old, fresh)
        if index and (old is None or old.index != index):
            self._attempts[index] += 1
        self._forget()

    def tried(self, result: str, at: float, call: str) -> None:
        """1414 was tried at that moment; what is no result of a try (its ringing, say) tells nothing.

        Of one call that is told twice, as it goes on and at its end, both are one try.
        """
        last = self._ucc
        if result not in TRIED or (last is not None and at < last.at):
            return
        if last is not None and (last.call, last.result) == (call, result):
            return
        again = last is not None and last.result != UccResult.ANSWERED and at - last.at <= UCC_REMEMBERED
        self._ucc = UccAttempt(
            at, call, result, result != UccResult.ANSWERED and (again or result not in REFUSES)
        )

    def turn(self, now: datetime) -> bool:
        """Begin a new day when midnight has passed in the centre's zone; whether it has."""
        local = now.astimezone(self._zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
        if midnight == self._since:
            return False
        self._since = midnight
        self._calls = {id_: call for id_, call in self._calls.items() if call.arrived >= midnight}
        self._attempts = Counter(call.index for call in self._calls.values() if call.index)
        self._forget()
        return True

    def _forget(self) -> None:
        self._tallies.clear()
        self._served = None
        self._chart = None

    @property
    def since(self) -> float:
        """The last midnight, epoch seconds."""
        return self._since

    def figures(self, language: Language | None, living: Iterable[EndedCall] = ()) -> Figures:
        """Of one language, or of all calls; a call that lives counts from its queue, answered or not."""
        if language not in self._tallies:
            calls = (c for c in self._calls.values() if language is None or c.language == language)
            self._tallies[language] = tally(calls, self._target)
        now = (
            c
            for c in living
            if c.call not in self._calls and c.arrived >= self._since and language in (None, c.language)
        )
        return (self._tallies[language] + tally(now, self._target)).figures()

    def chart(self, until: float) -> Chart:
        """Today by quarters of an hour; of calls that are over."""
        column = (until - self._since) // STEP
        if self._chart is None or self._chart[0] != column:
            self._chart = (column, chart(self._calls.values(), self._since, until))
        return self._chart[1]

    def served(self, consultant: str) -> int:
        """Calls that this consultant answered today and that are over."""
        if self._served is None:
            self._served = Counter(c.served_by for c in self._calls.values() if c.answered is not None)
        return self._served[consultant]

    def attempts(self, number: str | None) -> int:
        """Calls of this number today that are over; withheld numbers are nobody's."""
        index = self.index(number)
        return self._attempts[index] if index else 0

    def first(self, number: str | None, now: float) -> bool:
        """Whether the line cut this number off lately and has not served it since: it comes first."""
        return self._owed.first(self.index(number), now)

    def index(self, number: str | None) -> str | None:
        """Equal for equal numbers, however the trunk spells them; in this process only."""
        if not number:
            return None
        form = index_form(number) or number
        return hashlib.blake2b(form.encode(), key=self._key, digest_size=12).hexdigest()

    def ucc_failing(self, now: float) -> UccAttempt | None:
        """The last transfer, when it told that 1414 is not reached, or takes no calls one after another."""
        if self._ucc is None or not self._ucc.failing or now - self._ucc.at > UCC_REMEMBERED:
            return None
        return self._ucc
