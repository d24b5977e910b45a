"""A register of appeals over a home's database, with a form that lets everything through."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from appeals.form.form import Needed, Search
from appeals.register.door import RegisterParts
from appeals.register.ports import FieldRefused
from appeals.register.service import Register
from config.database import open_database
from console.identity.tables import EVERY
from recordings.model.access_entry import Actor
from recordings.rows.service import keyed
from tests.evidence_home import EvidenceHome

NOW = datetime(2026, 11, 22, 9, 0, 30, tzinfo=UTC)
AIGERIM = Actor("Айгерім", "consultant", "aigerim")
BOLAT = Actor("Болат", "consultant", "bolat")
SAULE = Actor("Сәуле", "supervisor", "saule")
NURLAN = Actor("Нұрлан", "auditor", "nurlan")
WHY = "жетекші сұрады"
CLEAR = frozenset(
    "applicant_kind applicant_relation concerned_is_applicant concerned_age concerned_is_child kind topic "
    "reason complaint_about_body urgent danger child_rights_violated region outcome".split()
)


FOUND_BY = {
    **dict.fromkeys(("applicant_name", "concerned_name", "violator_name"), Search.NAME),
    **dict.fromkeys(("matter", "wanted"), Search.WORDS),
    "applicant_phone": Search.PHONE,
}


class LooseForm:
    """Every field and text but `nonsense`; `needs` says what is missing before which moment."""

    def __init__(self, needs: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.needs = dict(needs or {})

    def check(self, field: str, text: str) -> str:
        if field == "nonsense":
            raise FieldRefused("no such field")
        return text

    def in_clear(self, field: str, text: str) -> bool:
        return field in CLEAR

    def found_by(self, field: str) -> Search:
        return FOUND_BY.get(field, Search.NONE)

    def missing(self, before: Needed, values: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(field for field in self.needs.get(before, ()) if field not in values)


class Bodies:
    """Hand-overs that are said to be open."""

    def __init__(self) -> None:
        self.open: dict[int, tuple[str, ...]] = {}

    async def open_of(self, connection: object, appeal_id: int) -> tuple[str, ...]:
        return self.open.get(appeal_id, ())


class InDays:
    """An answer is owed so many days after registration."""

    def __init__(self, days: int) -> None:
        self.days = days

    async def due(self, appeal: object, registered_at: datetime) -> tuple[datetime, str] | None:
        return registered_at + timedelta(days=self.days), "written"


class RegisterHome(EvidenceHome):
    """`register` is the door; `bodies` says which hand-overs are open, `form` what is missing."""

    form: LooseForm
    bodies: Bodies
    register: Register

    async def open(self) -> "RegisterHome":
        await super().open()
        await self.database.dispose()
        self.database = keyed(open_database(self.settings.database), self.keys.numbers, EVERY)
        self.form, self.bodies = LooseForm(), Bodies()
        self.register = self.another()
        return self

    def another(self, **parts: object) -> Register:
        """A register over the same rows with other parts."""
        made = {
            "database": self.database,
            "numbers": self.keys.appeals(),
            "callers": self.keys.numbers(),
            "form": self.form,
            "zone": self.settings.zone,
            "hand_overs": self.bodies,
            "terms": InDays(15),
        }
        return Register(RegisterParts(**{**made, **parts}))  # type: ignore[arg-type]
