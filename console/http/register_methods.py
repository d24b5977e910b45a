"""Methods of the register that pages call over its socket: which, with what, in JSON; edge.

Arguments and results cross as pydantic makes them from each method's own annotations. Who asks is no
argument: the console says it, of the account that is signed in. What is not named here cannot be called.
"""

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from appeals.bodies.service import Directory, DirectoryRefused, NoSuchBody
from appeals.bodies.tables import WrongTable
from appeals.calendar.service import Calendar, CalendarRefused
from appeals.calendar.terms import NoSuchTerm
from appeals.calendar.working_time import NeverWorks
from appeals.handing_over.results import Changed, HandOverRefused, Unexplained
from appeals.handing_over.service import HandOvers
from appeals.handing_over.status import WrongHandOverStep
from appeals.handing_over.store import NoSuchHandOver
from appeals.register.number import MisheardNumber, NumbersUsedUp, WrongNumber
from appeals.register.ports import FieldRefused
from appeals.register.results import AppealRefused, AppealUnreadable, FieldsMissing, NoSuchAppeal
from appeals.register.service import Register
from config.reasons import ReasonRefused
from config.told import packed, unpacked
from recordings.demands.steps import StepForbidden, WrongStep
from recordings.model.access_entry import ReasonMissing
from recordings.privacy.phone_number import NotAPhoneNumber, NumberFault

WHO: Final = "who"
SERVICES: Final[Mapping[str, type]] = {
    "register": Register, "hand_overs": HandOvers, "directory": Directory, "calendar": Calendar
}  # fmt: skip
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "register": frozenset(
        "draft draft_from_call save_field opened left add_contact no_case register move close reopen give "
        "note join get find history calls of_call search duplicates tell_status".split()
    ),
    "hand_overs": frozenset(
        "plan confirm received answered withdraw send_again of_appeal get events without_receipt".split()
    ),
    "directory": frozenset(
        "find competent of above listed history add put close set_contact end_contact exported plan "
        "import_".split()
    ),
    "calendar": frozenset("next due days listed history set swap remove fill".split()),
}
# Whoever answers for a body, on its receipt page, is nobody of ours: these two take their word.
BODY: Final = "body"
OF_BODIES: Final = frozenset({("hand_overs", "received"), ("hand_overs", "answered")})
# Each with its fields, in the order its class takes them after the text.
REFUSALS: Final[Mapping[type[Exception], tuple[str, ...]]] = {
    FieldsMissing: ("fields",),
    Changed: ("bodies",),
    Unexplained: ("what",),
    AppealUnreadable: ("appeal_id",),
    NotAPhoneNumber: ("reason",),
    **dict.fromkeys(
        (
            AppealRefused, CalendarRefused, DirectoryRefused, FieldRefused, HandOverRefused,
            NeverWorks, NoSuchAppeal, NoSuchBody, NoSuchHandOver, NoSuchTerm, NumbersUsedUp,
            ReasonMissing, ReasonRefused, StepForbidden, WrongHandOverStep, WrongNumber, WrongStep,
            WrongTable, MisheardNumber,
        ),
        (),
    ),
}  # fmt: skip
_NAMED: Final = {one.__name__: one for one in REFUSALS}


class UnknownMethod(LookupError):
    """No page may call this, or not so; the text holds nothing of what was asked with."""


@dataclass(frozen=True, slots=True)
class Method:
    """How one method's arguments and result cross; `signature` without self."""

    signature: inspect.Signature
    arguments: Mapping[str, TypeAdapter[Any]]
    result: TypeAdapter[Any]

    def dumped(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments as JSON, without who asks. Raises TypeError."""
        given = self.signature.bind(*args, **kwargs).arguments
        return {name: adapter.dump_python(given[name], mode="json")
                for name, adapter in self.arguments.items() if name in given}  # fmt: skip

    def loaded(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments from JSON. Raises UnknownMethod (an argument), ValueError (ValidationError)."""
        if strange := arguments.keys() - self.arguments.keys():
            raise UnknownMethod(f"no argument {sorted(strange)}")
        return {name: loaded(self.arguments[name], value) for name, value in arguments.items()}


def loaded(adapter: TypeAdapter[Any], value: object) -> Any:
    """A value from what JSON had of it. Raises ValueError (ValidationError)."""
    return adapter.validate_json(json.dumps(value))


@cache
def method(service: str, name: str) -> Method:
    """Raises UnknownMethod."""
    if name not in ALLOWED.get(service, ()):
        raise UnknownMethod(f"{service}.{name}")
    function = getattr(SERVICES[service], name)
    hints = get_type_hints(function)
    whole = inspect.signature(function)
    signature = whole.replace(parameters=list(whole.parameters.values())[1:])
    arguments = {one: _adapter(hints[one]) for one in signature.parameters if one != WHO}
    return Method(signature, arguments, _adapter(hints["return"]))


def refusal_to_json(why: Exception) -> dict[str, Any] | None:
    """A refusal that a person can do something about; None for any other exception."""
    kind = next((one for one in type(why).__mro__ if one in REFUSALS), None)
    if kind is None:
        return None
    said = str(why)
    return {
        "refused": kind.__name__,
        "told": packed(said) or said,
        "fields": [getattr(why, name) for name in REFUSALS[kind]],
    }


def refusal_from_json(answer: Mapping[str, Any]) -> Exception:
    """What was raised at the other end. Raises UnknownMethod for a refusal this version does not know."""
    kind = _NAMED.get(str(answer["refused"]))
    if kind is None:
        raise UnknownMethod(str(answer["refused"]))
    fields = [tuple(one) if isinstance(one, list) else one for one in answer["fields"]]
    if kind is AppealUnreadable:
        return AppealUnreadable(int(answer["fields"][0]))
    if kind is NotAPhoneNumber:
        return NotAPhoneNumber(NumberFault(answer["fields"][0]))
    said = answer["told"]
    return kind(unpacked(said) or str(said), *fields)


def _adapter(type_: Any) -> TypeAdapter[Any]:
    if type_ is bytes:
        return TypeAdapter(bytes, config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))
    return TypeAdapter(type_)
