"""Labels of fields and their values in words, as people and bodies read them; pure (A2, A18)."""

from dataclasses import dataclass

from appeals.form.form import FieldType, Form
from appeals.topics.topics import Topics


@dataclass(frozen=True, slots=True)
class Labels:
    """Words of the form and the topics together; a body's id stays an id, for the directory has its name."""

    form: Form
    topics: Topics

    def __call__(self, field: str, value: str, language: str) -> tuple[str, str]:
        """Label of a field and its value in words, kk or ru. Raises KeyError for an unknown field."""
        one = self.form.fields[field]
        return one.label.of(language), self._words(one.type, field, value, language)

    def _words(self, type_: FieldType, field: str, value: str, language: str) -> str:
        if type_ is FieldType.TOPIC:
            direction = self.topics.direction(value)
            return f"{value}. {direction.name.of(language)}" if direction is not None else value
        if type_ is FieldType.REASON:
            reason = self.topics.reasons.get(value)
            return f"{value}. {reason.label.of(language)}" if reason is not None else value
        return self.form.fields[field].word(value, language)
