"""Legal basis of a demand: what its letter must name, and whether one can search by it; pure (A19, C6)."""

from config.evidence import Basis
from recordings.demands.demand import Letter
from recordings.finding.criteria import Criteria
from recordings.privacy.phone_number import NotAPhoneNumber, read_number


def lacking(letter: Letter, basis: Basis) -> tuple[str, ...]:
    """The required fields that are not named: "date", "number"; under C6 both must be (83, 14)."""
    wanted = letter.criteria
    named = {"date": wanted.day is not None or wanted.since is not None, "number": wanted.number is not None}
    return tuple(field for field in basis.required if not named[field])


def searchable(wanted: Criteria) -> bool:
    """Something that identifies a conversation; a language or a length alone fits thousands."""
    fixed = (wanted.number, wanted.day, wanted.registration, wanted.call_id)
    return any(part is not None for part in fixed) or (wanted.since is not None and wanted.until is not None)


def why_no_number(wanted: Criteria) -> str:
    """Why its number cannot be one; empty when it can, or none is named."""
    if wanted.number is None:
        return ""
    try:
        read_number(wanted.number)
    except NotAPhoneNumber as why:
        return str(why)
    return ""
