"""Planning of hand-overs: which bodies, when, by what, and the words of each, before anything leaves; edge.

What a consultant confirms is what was planned: text and digest are of one making (A10, A16, A18, B1-B6).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from appeals.bodies.service import Directory
from appeals.calendar.service import Calendar
from appeals.calendar.why import Why
from appeals.calendar.working_time import NeverWorks
from appeals.form.form import Form
from appeals.handing_over.composer import BodyMessage, Heading, compose
from appeals.handing_over.planned import BY_HAND, HandOverPlan, PlannedHandOver, UnlistedBody, Wishes
from appeals.handing_over.rules import CONFIRMED, AtOnce, Recipient, Rule, decide
from appeals.model.appeal import Appeal
from appeals.model.body import NATIONWIDE, Body, BodyContact, BodyKind
from appeals.register.number import in_groups
from appeals.topics.labels import Labels
from appeals.topics.topics import Topics

ESCALATED: Final = "escalated"  # in place of a rule: the body below did not say that it has it
_SILENCE: Final = "duties A10, B1"
_NATIONWIDE_ALSO: Final = frozenset({BodyKind.NATIONAL_COMMISSIONER, BodyKind.COMMITTEE, BodyKind.CENTRAL})


class Planning:
    """Joins rules, directory, calendar and composer; changes nothing."""

    def __init__(
        self,
        form: Form,
        topics: Topics,
        rules: Sequence[Rule],
        directory: Directory,
        calendar: Calendar,
        zone: ZoneInfo,
    ) -> None:
        self._form = form
        self._topics = topics
        self._rules = tuple(rules)
        self._directory = directory
        self._calendar = calendar
        self._zone = zone
        self._labels = Labels(form, topics)

    async def plan(
        self,
        appeal: Appeal,
        now: datetime,
        wishes: Mapping[str, Wishes] | None = None,
        *,
        added: Sequence[str] = (),
        after: str = "",
        confirmed: str = "",
    ) -> HandOverPlan:
        """Who would be told, and what. `wishes` by body; `added` bodies beyond the rules.

        `after`, `confirmed`: what came back, and who confirmed it and when (B5). Raises NoSuchBody.
        """
        values = self._form.shown({name: value.text for name, value in appeal.values.items()})
        decision = decide(values, self._rules, self._competent, after)
        region, day = values.get("region", ""), now.astimezone(self._zone).date()
        ask, wished = list(decision.ask), wishes or {}
        found: dict[str, tuple[Body, Recipient]] = {}
        nobody = []
        for one in decision.recipients:
            body = await self._body(one, values, region, day)
            if body is not None:
                known = found.get(body.id)
                found[body.id] = (body, one if known is None else _united(known[1], one))
                continue
            nobody.append(
                UnlistedBody(str(one.kind or "above"), region, tuple(rule.id for rule in one.rules))
            )
            if not region and "region" not in ask:
                ask.append("region")
        for id_ in added:
            found.setdefault(id_, (await self._directory.of(id_), Recipient(None, False, ())))
        planned = [
            await self._planned(appeal, values, body, one, now, wished.get(body.id, Wishes()), confirmed)
            for body, one in found.values()
        ]
        return HandOverPlan(tuple(planned), tuple(ask), tuple(nobody))

    async def escalated(
        self, appeal: Appeal, above: Body, silent: Body, now: datetime, wishes: Wishes, *, urgent: bool
    ) -> PlannedHandOver:
        """What the body above is told where `silent` did not say that it has it (A10, B1)."""
        values = self._form.shown({name: value.text for name, value in appeal.values.items()})
        kk = f"{silent.name_kk} алғанын растамады"
        ru = f"нет подтверждения, что получено: {silent.name_ru}"
        rule = Rule(ESCALATED, (), AtOnce.YES if urgent else AtOnce.NO, _SILENCE, kk, ru)
        return await self._planned(
            appeal, values, above, Recipient(above.kind, urgent, (rule,)), now, wishes, ""
        )

    async def above(self, silent: Body, day: date) -> Body | None:
        """Who is told instead: for a commissioner the national one, else the body above; None: nobody."""
        if silent.kind is BodyKind.COMMISSIONER:
            national = BodyKind.NATIONAL_COMMISSIONER
            return next(iter(await self._directory.find(national, NATIONWIDE, day)), None)
        return await self._directory.above(silent.id, day)

    def contacts(self, body: Body, day: date) -> list[BodyContact]:
        """By what the body may be told on that day, in the order to try."""
        return self._directory.reachable(body, day)

    async def body(self, id_: str) -> Body:
        """Raises NoSuchBody."""
        return await self._directory.of(id_)

    def day(self, now: datetime) -> date:
        """The centre's civil day."""
        return now.astimezone(self._zone).date()

    def local(self, at: datetime) -> str:
        """A moment as it stands in a message."""
        return f"{at.astimezone(self._zone):%d.%m.%Y %H:%M}"

    def _competent(self, values: Mapping[str, str]) -> Sequence[BodyKind]:
        return self._topics.competent_for(values)

    async def _body(self, one: Recipient, values: Mapping[str, str], region: str, day: date) -> Body | None:
        if one.kind is None:
            complained = values.get("complained_body", "")
            known = {body.id for body in await self._directory.listed()}
            return await self._directory.above(complained, day) if complained in known else None
        if not region and one.kind not in _NATIONWIDE_ALSO:
            return None
        return next(iter(await self._directory.find(one.kind, region, day)), None)

    async def _planned(
        self,
        appeal: Appeal,
        values: Mapping[str, str],
        body: Body,
        one: Recipient,
        now: datetime,
        wishes: Wishes,
        confirmed: str,
    ) -> PlannedHandOver:
        at_once = one.at_once or values.get("urgent") == "yes"
        day = now.astimezone(self._zone).date()
        due_at, why = (now, None) if at_once else await self._first_minute(body, now)
        return PlannedHandOver(
            body=body,
            at_once=at_once,
            rules=tuple(rule.id for rule in one.rules) or (BY_HAND,),
            reasons_kk=tuple(rule.kk for rule in one.rules),
            reasons_ru=tuple(rule.ru for rule in one.rules),
            clauses=tuple(rule.clause for rule in one.rules),
            first=one.first,
            contacts=tuple(self._directory.reachable(body, day)),
            due_at=due_at,
            why=why,
            message=self.message(
                appeal,
                values,
                body,
                [rule.text(body.language) for rule in one.rules],
                urgent=at_once,
                wishes=wishes,
                confirmed=confirmed,
            ),
        )

    def message(
        self,
        appeal: Appeal,
        values: Mapping[str, str],
        body: Body,
        reasons: Sequence[str],
        *,
        urgent: bool,
        wishes: Wishes,
        confirmed: str = "",
    ) -> BodyMessage:
        """The words for one body, in its language."""
        registered = (appeal.registered_at or appeal.created_at).astimezone(self._zone)
        heading = Heading(
            in_groups(appeal.number), registered, urgent, body.name(body.language), reasons, confirmed
        )
        allowed = self._topics.white_list(
            values.get("topic", ""), body.kind, values.get("applicant_kind", "")
        )
        order = tuple(self._form.fields)
        return compose(
            values, allowed, order, heading, self._labels, body.language,
            changes=wishes.changes, extra=wishes.extra,
        )  # fmt: skip

    async def _first_minute(self, body: Body, now: datetime) -> tuple[datetime, Why | None]:
        try:
            return await self._calendar.next(body.id, body.hours, now)
        except NeverWorks:  # it is told now rather than never
            return now, None


def after_confirmed(body: BodyKind, answer: str) -> str:
    """What rules come after this answer: only internal affairs confirm (B5)."""
    return CONFIRMED if body is BodyKind.INTERNAL_AFFAIRS and answer == "confirmed" else ""


def _united(one: Recipient, other: Recipient) -> Recipient:
    """One body that two kinds lead to is told once, for all reasons."""
    return Recipient(one.kind, one.at_once or other.at_once, (*one.rules, *other.rules))
