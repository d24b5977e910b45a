"""Templates made into pages; what many watch at once is rendered once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.rights import Right, may
from config.settings import Role, Settings
from console import labels
from console.i18n import Words
from console.signing.accounts import Speech

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"


@dataclass(slots=True)
class Rendering:
    """Renders in one of three languages; a message that is not translated is an error."""

    settings: Settings
    last: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)  # what was rendered last
    _environments: dict[str, Environment] = field(default_factory=dict)

    def page(self, template: str, language: Speech, **values: Any) -> str:
        """A template; `role` in the values decides what is offered."""
        role: Role | None = values.get("role")
        return (
            self._environment(language)
            .get_template(template)
            .render(
                language=language,
                zone=self.settings.time_zone,
                settings=self.settings,
                labels=labels,
                formula=partial(self._formula, language),
                may=_rights(role),
                **values,
            )
        )

    def _formula(self, language: Speech, name: str) -> str:
        text = Words(language, self.settings.zone).gettext(labels.FORMULAS[name])
        return text.format(
            law=round(self.settings.law_wait_seconds), target=round(self.settings.service_level_seconds)
        )

    def _environment(self, language: Speech) -> Environment:
        if language not in self._environments:
            self._environments[language] = environment(language, self.settings.zone)
        return self._environments[language]


def environment(language: Speech, zone: tzinfo) -> Environment:
    """Jinja2 with this language's words; everything is escaped."""
    words = Words(language, zone)
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["words"] = words
    return made


def _rights(role: Role | None) -> Callable[[str], bool]:
    rights: Mapping[str, bool] = {right.value: role is not None and may(role, right) for right in Right}
    return rights.__getitem__
