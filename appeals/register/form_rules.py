"""Form as the register asks it: what is kept in clear, found by, or missing; pure (A11)."""

from collections.abc import Mapping
from typing import Final

from appeals.form.checks import UnfitCode, check, tidy
from appeals.form.form import FieldType, Form, Needed, Search
from appeals.register.ports import FieldRefused

# No free text among them: what stands in the table can say nothing of a person.
_CODED: Final = frozenset(
    {
        FieldType.CHOICE,
        FieldType.YES_NO,
        FieldType.NUMBER,
        FieldType.REGION,
        FieldType.TOPIC,
        FieldType.REASON,
    }
)
_LOST: Final = frozenset({UnfitCode.UNKNOWN_FIELD, UnfitCode.NO_TEXT, UnfitCode.TOO_LONG})


class FormAsRules:
    """Answers as `FormRules`. A text that does not fit its field is kept: nothing typed is lost."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def check(self, field: str, text: str) -> str:
        """See FormRules; refuses only what could not be kept."""
        unfit = check(self._form, field, text)
        if unfit is not None and unfit.code in _LOST:
            raise FieldRefused(unfit.told())
        return tidy(self._form, field, text)

    def in_clear(self, field: str, text: str) -> bool:
        """See FormRules."""
        one = self._form.fields[field]
        return one.type in _CODED and not one.personal and check(self._form, field, text) is None

    def found_by(self, field: str) -> Search:
        """See FormRules."""
        return self._form.fields[field].search

    def missing(self, before: Needed, values: Mapping[str, str]) -> tuple[str, ...]:
        """See FormRules; a text that does not fit is missing, too."""
        fitting = {name: text for name, text in values.items() if check(self._form, name, text) is None}
        return self._form.missing(fitting, before)
