"""What is wrong with the settings, in plain words and without what they hold: pure."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from config.told import N_, LocalizedText, joined, told

# pydantic's kinds of error, by how they begin, and what they mean to whoever writes a setting.
KINDS: Final[Mapping[str, str]] = {
    "missing": N_("setting {place} is missing"),
    "bool": N_("setting {place} is true or false"),
    "int_from_float": N_("setting {place} is a whole number"),
    "int": N_("setting {place} is a whole number"),
    "float": N_("setting {place} is a number"),
    "finite": N_("setting {place} is a number"),
    "greater_than_equal": N_("setting {place} is at least {ge}"),
    "greater_than": N_("setting {place} is more than {gt}"),
    "less_than_equal": N_("setting {place} is at most {le}"),
    "less_than": N_("setting {place} is less than {lt}"),
    "literal_error": N_("setting {place} is one of {expected}"),
    "enum": N_("setting {place} is one of {expected}"),
    "string_pattern_mismatch": N_("setting {place} is not written as it must be"),
    "string": N_("setting {place} is a text, in quotes"),
    "list": N_("setting {place} is a list, in square brackets"),
    "tuple": N_("setting {place} is a list, in square brackets"),
    "dict": N_("setting {place} is a table of names and values"),
    "mapping": N_("setting {place} is a table of names and values"),
    "model": N_("setting {place} is a table of names and values"),
    "path": N_("setting {place} is a folder, in quotes"),
    "union_tag": N_("setting {place} names none of the kinds there are: {expected_tags}"),
}


def words(why: ValidationError, known: Iterable[str]) -> str:
    """One line for each fault; `known`: names of all settings."""
    names = sorted(known)
    return joined([_one(error["loc"], error["type"], error.get("ctx", {}), names) for error in why.errors()])


def of_source(why: Exception) -> str:
    """A variable of the environment that holds a list or a table, and cannot be read."""
    field = re.search(r'field "(\w+)"', str(why))
    name = f"IVR111_{field[1].upper()}" if field else told("a variable of the environment")
    return told(
        'setting {place} cannot be read: write a list as ["a", "b"] and a table as {{"name": "value"}}',
        place=name,
    )


def near(name: str, known: Iterable[str]) -> str:
    """A question whether another name was meant, or nothing."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    return told("; is {name} meant?", name=found[0]) if found else ""


def _one(
    where: tuple[int | str, ...], kind: str, context: Mapping[str, Any], names: list[str]
) -> LocalizedText:
    named = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
    place = named or told("the settings")
    if kind == "extra_forbidden":
        guess = near(str(where[-1]), names) if len(where) == 1 else ""
        return told("setting {place}: there is no such setting{guess}", place=place, guess=guess)
    if kind == "value_error":
        said = str(context.get("error", told("this value cannot be")))
        if not where:
            return told("setting {said}", said=said)
        return told("setting {place}: {said}", place=place, said=said)
    cannot = N_("setting {place} cannot have this value")
    meant = next((text for begin, text in KINDS.items() if kind.startswith(begin)), cannot)
    try:
        return told(meant, **{**context, "place": place})
    except KeyError:
        return told(cannot, place=place)
