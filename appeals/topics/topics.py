"""Topics of appeals: directions, reasons, guides, who is competent, what may leave; pure (A3, A9, A18)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from appeals.form.form import Values
from appeals.model.appeal import ApplicantKind, HelpKind
from appeals.model.body import BodyKind
from appeals.model.words import BilingualText

# Of an applicant who was promised to stay unknown, or has not yet said who they are: never leaves.
IDENTITY: Final = frozenset(
    {
        "applicant_name",
        "applicant_iin",
        "applicant_phone",
        "applicant_email",
        "applicant_address",
        "safe_to_call",
        "call_window",
    }
)
KNOWN: Final = frozenset({ApplicantKind.NATURAL, ApplicantKind.LEGAL})


class GuidePart(StrEnum):
    """What a line of a guide tells the consultant, in the order they stand."""

    ASK = "ask"
    SAY = "say"
    AVOID = "avoid"
    TELL = "tell"  # whom, and how fast


@dataclass(frozen=True, slots=True)
class GuideLine(BilingualText):
    """One plain line for the consultant, read while the caller speaks."""

    part: GuidePart


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody turns to 111; `id` is direction and number, 4.02.

    `child`: it concerns children. `urgent`: it may be. `competent` in the order they are thought of.
    """

    id: str
    topic: str
    label: BilingualText
    child: bool
    urgent: bool
    help: HelpKind
    competent: tuple[BodyKind, ...]
    guide: tuple[GuideLine, ...]


@dataclass(frozen=True, slots=True)
class Direction:
    """One of the 13 of clause 10: `law` its own words, `name` how people say it."""

    id: str
    name: BilingualText
    law: BilingualText
    competent: tuple[BodyKind, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Help:
    """One of the three kinds of help (A3), with its line for the consultant."""

    id: HelpKind
    label: BilingualText
    guide: BilingualText


@dataclass(frozen=True, slots=True)
class TopicDoubt:
    """What contradicts between direction, reason and person: said beside `fields`, never in the way."""

    id: str
    fields: tuple[str, ...]
    label: BilingualText


@dataclass(frozen=True, slots=True)
class WhiteList:
    """Fields that may leave to bodies of these kinds; `topics` empty: their base, else added for these."""

    bodies: tuple[BodyKind, ...]
    fields: frozenset[str]
    topics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Topics:
    """All of it, in the law's order."""

    directions: tuple[Direction, ...]
    reasons: Mapping[str, Reason]
    helps: tuple[Help, ...]
    every_doubt: tuple[TopicDoubt, ...]
    lists: tuple[WhiteList, ...]

    def direction(self, topic: str) -> Direction | None:
        """The direction with this id; None where there is none."""
        return next((one for one in self.directions if one.id == topic), None)

    def competent(self, reason: str) -> tuple[BodyKind, ...]:
        """Kinds of bodies competent for a reason. Raises KeyError for an unknown one."""
        return self.reasons[reason].competent

    def competent_for(self, values: Values) -> tuple[BodyKind, ...]:
        """Kinds competent for an appeal: of its reason, else of its direction, else none."""
        reason = self.reasons.get(values.get("reason", ""))
        if reason is not None:
            return reason.competent
        direction = self.direction(values.get("topic", ""))
        return direction.competent if direction is not None else ()

    def white_list(self, topic: str, body: BodyKind, applicant_kind: str) -> frozenset[str]:
        """Ids of the fields that may leave to a body of this kind (A18).

        Name, number and address of an applicant only where it is known to be no anonymous one.
        """
        allowed = frozenset(
            field
            for one in self.lists
            if body in one.bodies and (not one.topics or topic in one.topics)
            for field in one.fields
        )
        return allowed if applicant_kind in KNOWN else allowed - IDENTITY

    def doubts(self, values: Values) -> tuple[TopicDoubt, ...]:
        """What contradicts, of the reason that was chosen."""
        reason = self.reasons.get(values.get("reason", ""))
        if reason is None:
            return ()
        arises = {
            "reason_of_another_direction": values.get("topic", "") not in ("", reason.topic),
            "child_reason_of_adult": reason.child and values.get("concerned_is_child") == "no",
            "reason_often_urgent": reason.urgent and not values.get("urgent"),
        }
        return tuple(one for one in self.every_doubt if arises[one.id])


DOUBTS: Final = ("reason_of_another_direction", "child_reason_of_adult", "reason_often_urgent")
