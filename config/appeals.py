"""What the centre sets about appeals: the law's terms, each with its source (A23, C2)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Term(BaseModel):
    """A term of the law: how much of what, and by which clause.

    Working and calendar days begin on the day after, and end at the last second of the last; hours run at
    once, by night and on holidays too.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    amount: int = Field(ge=1, le=3660)
    unit: Literal["working_days", "calendar_days", "hours"]
    source: str = Field(min_length=1)  # the clause it rests on, as text


# 2 working days bind 1414; for 111 they are a target by analogy, see docs/duties.md. The terms of the code
# on administrative procedures (A23) are as its articles stood in 2026: a lawyer looks before go-live.
TERMS = (
    Term(id="written_reply", amount=2, unit="working_days", source="№ 83, 8 (C2)"),
    Term(
        id="redirect", amount=3, unit="working_days", source="Әкімшілік рәсімдік-процестік кодекс, 65 (A23)"
    ),
    Term(
        id="application",
        amount=15,
        unit="working_days",
        source="Әкімшілік рәсімдік-процестік кодекс, 76 (A23)",
    ),
    Term(
        id="complaint", amount=20, unit="working_days", source="Әкімшілік рәсімдік-процестік кодекс, 99 (A23)"
    ),
)
