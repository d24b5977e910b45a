"""Templates made into pages; what many watch at once is rendered once; edge."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.rights import Right, may
from config.settings import Role, Settings
from config.typable import typable
from console.http.i18n import Words, said
from console.http.labels import FORMULAS
from console.identity.accounts import Account, Speech
from routing.board.as_json import chart_to_json
from routing.board.values import Board, ConsultantRow

DESK: Final = "desk_board.html"  # the one that shows a person's own
TEMPLATES: Final = sorted(Path(__file__).resolve().parents[1].glob("*/templates"))  # a folder a feature


@dataclass(slots=True)
class Rendering:
    """Renders in one of three languages; a message that is not translated is an error."""

    settings: Settings
    labels: Mapping[str, Any] = field(repr=False)  # what templates name things by
    _boards: dict[tuple[str, ...], tuple[object, str]] = field(default_factory=dict)  # what was made last
    _rests: dict[tuple[str, ...], tuple[object, str]] = field(default_factory=dict)
    spent: float = 0.0  # seconds, on boards, since the beginning
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
                labels=self.labels,
                formula=partial(self._formula, language),
                may=_rights(role),
                **values,
            )
        )

    def board(self, template: str, language: Speech, who: Account, board: Board) -> str:
        """The live part of a page: made once for all who see the same, and anew only when it has changed."""
        seat = None
        content: object = board.event
        if template == DESK:
            seat = own_seat(board, who)
            content = (seat, board.queues)
        key = _key(template, language, who)
        made = self._boards.get(key)
        if made is None or made[0] != content:
            began = perf_counter()
            html = self.page(template, language, board=board, role=who.role, me=who, seat=seat)
            self.spent += perf_counter() - began
            made = self._boards[key] = (content, html)
        return made[1]

    def message(
        self, template: str, language: Speech, who: Account, now: Mapping[str, Any], told: Mapping[str, Any]
    ) -> str:
        """`now` and `told` as one JSON object; `told` goes to many browsers and is put into JSON once."""
        key, version = _key(template, language, who), tuple(told.values())
        kept = self._rests.get(key)
        if kept is None or kept[0] != version:
            kept = self._rests[key] = (version, json.dumps(told, ensure_ascii=False))
        return f"{json.dumps(now)[:-1]}, {kept[1][1:]}"

    def _formula(self, language: Speech, name: str) -> str:
        text = Words(language, self.settings.zone).gettext(FORMULAS[name])
        return text.format(
            law=round(self.settings.law_wait_seconds), target=round(self.settings.service_level_seconds)
        )

    def _environment(self, language: Speech) -> Environment:
        if language not in self._environments:
            self._environments[language] = environment(language, self.settings.zone)
        return self._environments[language]


def own_seat(board: Board | None, who: Account) -> ConsultantRow | None:
    """The consultant's own row."""
    return None if board is None else board.consultant(who.consultant)


def _key(template: str, language: Speech, who: Account) -> tuple[str, str, str]:
    """What is made once for all who have it in common."""
    return template, language, who.login if template == DESK else who.role


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
    made.globals["said"] = said  # a refusal of a service, by language
    made.filters["chart_json"] = chart_to_json
    made.filters["typable"] = typable  # commands in a page, as they can be typed on this machine
    return made


def _rights(role: Role | None) -> Callable[[str], bool]:
    rights: Mapping[str, bool] = {right.value: role is not None and may(role, right) for right in Right}
    return rights.__getitem__
