"""Loading of the topics from their TOML files; any fault refuses the start; edge.

What of them must hold besides their shape stands in `faults`.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from appeals.form.form import Form
from appeals.model.appeal import HelpKind
from appeals.model.body import BodyKind
from appeals.model.words import BilingualText
from appeals.topics.faults import faults_of
from appeals.topics.topics import Direction, GuideLine, Help, Reason, TopicDoubt, Topics, WhiteList

FOLDER = Path(__file__).parent


class TopicsUnfit(ValueError):
    """The topics' data are at fault; every fault a line."""


@dataclass(frozen=True, slots=True)
class _Direction:
    __pydantic_config__ = ConfigDict(extra="forbid")
    id: str
    name: BilingualText
    law: BilingualText
    competent: tuple[BodyKind, ...]


@dataclass(frozen=True, slots=True)
class _Reason:
    __pydantic_config__ = ConfigDict(extra="forbid")
    id: str
    label: BilingualText
    help: HelpKind
    guide: tuple[GuideLine, ...]
    child: bool = False
    urgent: bool = False
    competent: tuple[BodyKind, ...] = ()


@dataclass(frozen=True, slots=True)
class _Files:
    __pydantic_config__ = ConfigDict(extra="forbid")
    direction: tuple[_Direction, ...]
    help: tuple[Help, ...]
    doubt: tuple[TopicDoubt, ...]
    reason: tuple[_Reason, ...]
    list: tuple[WhiteList, ...]


def load_topics(form: Form, folder: Path = FOLDER) -> Topics:
    """The topics, fit for this form. Raises TopicsUnfit with every fault, OSError."""
    return topics_of(read_files(folder), form)


def read_files(folder: Path = FOLDER) -> dict[str, Any]:
    """All the files as one table. Raises OSError, TOMLDecodeError."""
    data = _read(folder / "topics.toml") | _read(folder / "white_lists.toml")
    reasons = [one for file in sorted((folder / "reasons").glob("*.toml")) for one in _read(file)["reason"]]
    return data | {"reason": reasons}


def topics_of(data: dict[str, Any], form: Form) -> Topics:
    """The topics from TOML that was read. Raises TopicsUnfit."""
    try:
        read = TypeAdapter(_Files).validate_python(data)
    except ValidationError as why:
        raise TopicsUnfit(
            "\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in why.errors())
        ) from why
    own = {one.id: one.competent for one in read.direction}
    reasons = tuple(_reason(one, own) for one in read.reason)
    directions = tuple(
        Direction(
            one.id, one.name, one.law, one.competent, tuple(two for two in reasons if two.topic == one.id)
        )
        for one in read.direction
    )
    topics = Topics(directions, {one.id: one for one in reasons}, read.help, read.doubt, read.list)
    twice = [f"{one.id}: stands twice" for one in reasons if topics.reasons[one.id] is not one]
    faults = [*twice, *faults_of(topics, form)]
    if faults:
        raise TopicsUnfit("\n".join(faults))
    return topics


def _reason(one: _Reason, own: dict[str, tuple[BodyKind, ...]]) -> Reason:
    topic = one.id.partition(".")[0]
    competent = one.competent or own.get(topic, ())
    return Reason(one.id, topic, one.label, one.child, one.urgent, one.help, competent, one.guide)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
