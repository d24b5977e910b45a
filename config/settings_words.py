"""What is wrong with the settings, in plain words and without what they hold: pure."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

# pydantic's kinds of error, by how they begin, and what they mean to whoever writes a setting.
KINDS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "bool": "is true or false",
    "int_from_float": "is a whole number",
    "int": "is a whole number",
    "float": "is a number",
    "finite": "is a number",
    "greater_than_equal": "is at least {ge}",
    "greater_than": "is more than {gt}",
    "less_than_equal": "is at most {le}",
    "less_than": "is less than {lt}",
    "literal_error": "is one of {expected}",
    "enum": "is one of {expected}",
    "string_pattern_mismatch": "is not written as it must be",
    "string": "is a text, in quotes",
    "list": "is a list, in square brackets",
    "tuple": "is a list, in square brackets",
    "dict": "is a table of names and values",
    "mapping": "is a table of names and values",
    "model": "is a table of names and values",
    "path": "is a folder, in quotes",
    "union_tag": "names none of the kinds there are: {expected_tags}",
}


def words(why: ValidationError, known: Iterable[str]) -> str:
    """One line for each fault; `known`: names of all settings."""
    names = sorted(known)
    return "\n".join(_one(error["loc"], error["type"], error.get("ctx", {}), names) for error in why.errors())


def of_source(why: Exception) -> str:
    """A variable of the environment that holds a list or a table, and cannot be read."""
    field = re.search(r'field "(\w+)"', str(why))
    name = f"IVR111_{field[1].upper()}" if field else "a variable of the environment"
    return f'setting {name} cannot be read: write a list as ["a", "b"] and a table as {{"name": "value"}}'


def near(name: str, known: Iterable[str]) -> str:
    """A question whether another name was meant, or nothing."""
    found = nearest(name, known)
    return f"; is {found} meant?" if found else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The name that may have been meant; empty when none is like it."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)), "")


def _one(where: tuple[int | str, ...], kind: str, context: Mapping[str, Any], names: list[str]) -> str:
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in where) or "the settings"
    if kind == "extra_forbidden":
        guess = near(str(where[-1]), names) if len(where) == 1 else ""
        return f"setting {place}: there is no such setting{guess}"
    if kind == "value_error":
        said = str(context.get("error", "this value cannot be"))
        return f"setting {place}: {said}" if where else f"setting {said}"
    meant = next((text for begin, text in KINDS.items() if kind.startswith(begin)), "cannot have this value")
    try:
        return f"setting {place} {meant.format(**context)}"
    except KeyError:
        return f"setting {place} cannot have this value"
