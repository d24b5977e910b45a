"""Rules read from their file, checked: what cannot be right refuses the start; edge."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from appeals.handing_over.rules import ABOVE, COMPETENT, CONFIRMED, AtOnce, Rule
from appeals.model.body import BodyKind, ChannelKind

FILE: Final = Path(__file__).with_name("rules.toml")
_KNOWN: Final = frozenset(
    {"id", "when", "unless", "ask", "after", "tell", "at_once", "first", "clause", "kk", "ru"}
)
_AFTER: Final = ("", CONFIRMED)


class WrongRules(ValueError):
    """The file says what cannot be; the text names row and fault."""


def read_rules(path: Path = FILE) -> tuple[Rule, ...]:
    """All rows in their order. Raises WrongRules, OSError."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["rules"]
        rules = tuple(_rule(row) for row in rows)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as why:
        raise WrongRules(f"{path.name}: {why}") from why
    ids = [rule.id for rule in rules]
    if len(ids) != len(set(ids)):
        raise WrongRules(f"{path.name}: two rules have one id")
    return rules


def _rule(row: Mapping[str, Any]) -> Rule:
    name = row.get("id", "?")
    if unknown := row.keys() - _KNOWN:
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    if missing := {"id", "tell", "at_once", "clause", "kk", "ru"} - {
        key for key, value in row.items() if value
    }:
        raise ValueError(f"{name}: missing {', '.join(sorted(missing))}")
    for body in row["tell"]:
        if body not in (COMPETENT, ABOVE, *BodyKind):
            raise ValueError(f"{name}: no body is a {body!r}")
    when = {key: frozenset(values) for key, values in row.get("when", {}).items()}
    ask, after = row.get("ask", ""), row.get("after", "")
    if ask and ask not in when:
        raise ValueError(f"{name}: what is asked decides nothing")
    if after not in _AFTER:
        raise ValueError(f"{name}: after what? {after!r}")
    return Rule(
        id=name,
        tell=tuple(row["tell"]),
        at_once=AtOnce(row["at_once"]),
        clause=row["clause"],
        kk=row["kk"],
        ru=row["ru"],
        when=when,
        unless={key: frozenset(values) for key, values in row.get("unless", {}).items()},
        ask=ask,
        after=after,
        first=ChannelKind(row["first"]) if "first" in row else None,
    )
