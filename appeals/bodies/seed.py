"""Seed of the directory: central bodies and those of the 20 regions, from seed.toml; pure (A20, A21, B1)."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from appeals.bodies.check import body_faults, contact_faults
from appeals.bodies.hours_text import read_hours
from appeals.bodies.rows_text import NEW
from appeals.model.body import REGIONS, Body, BodyContact, BodyKind, ChannelKind


class WrongSeed(ValueError):
    """The seed says something that no directory may hold; the text names it."""


def read_seed(text: str) -> tuple[Body, ...]:
    """Bodies with their contacts, in the order to write them. Raises WrongSeed.

    Addresses are invented of domains and an area that nobody can have, but for the public short numbers.
    """
    found = tomllib.loads(text)
    if tuple(one["id"] for one in found["regions"]) != REGIONS:
        raise WrongSeed("its regions are not the model's, in their order")
    bodies = (*_central(found), *_local(found))
    known = {one.id: one for one in bodies}
    for body in bodies:
        faults = [
            *body_faults(body, known),
            *(why for one in body.contacts for why in contact_faults(one, known)),
        ]
        if faults:
            raise WrongSeed(f"{body.id}: {faults[0]}")
    if len(known) != len(bodies):
        raise WrongSeed("an id is there twice")
    return bodies


def _central(found: Mapping[str, Any]) -> Iterator[Body]:
    for number, one in enumerate(found["central"]):
        yield _body(one["id"], "", one, one, found, f"00{number:02}")


def _local(found: Mapping[str, Any]) -> Iterator[Body]:
    own = {one["kind"] for one in found["local"]}
    for place, region in enumerate(found["regions"], 1):
        for number, one in enumerate(found["local"]):
            id_ = f"{one['kind']}_{region['id']}"
            names = {language: one[language].format(of=region[language]) for language in ("kk", "ru")}
            names |= found["names"].get(id_, {})
            above = one["above"]
            values = {**one, "above": f"{above}_{region['id']}" if above in own else above}
            yield _body(id_, region["id"], values, names, found, f"{place:02}{number:02}")


def _body(
    id_: str,
    region: str,
    values: Mapping[str, Any],
    names: Mapping[str, str],
    found: Mapping[str, Any],
    invented: str,
) -> Body:
    return Body(
        id=id_,
        kind=BodyKind(values["kind"]),
        region=region,
        name_kk=names["kk"],
        name_ru=names["ru"],
        topics=tuple(values.get("topics", ())),
        above=values.get("above", ""),
        hours=read_hours(found["hours"][values["hours"]]),
        contacts=tuple(_contacts(id_, values, names, invented)),
    )


def _contacts(
    id_: str, values: Mapping[str, Any], names: Mapping[str, str], invented: str
) -> Iterator[BodyContact]:
    order = 1
    if public := values.get("public"):
        yield BodyContact(NEW, id_, ChannelKind.TELEPHONE, public, "бірыңғай нөмір / единый номер", order)
        order += 1
    for holder in values["deputies"]:
        number = f"+7000{invented}{order:03}"
        yield BodyContact(NEW, id_, ChannelKind.TELEPHONE, number, holder, order, example=True)
        order += 1
    if values["deputies"]:
        box = f"{id_.replace('_', '-')}@example.kz"
        yield BodyContact(NEW, id_, ChannelKind.EMAIL, box, "кеңсе / канцелярия", 1, example=True)
        post = f"{names['kk']}, үлгі мекенжай / адрес-образец"
        yield BodyContact(NEW, id_, ChannelKind.LETTER, post, "кеңсе / канцелярия", 1, example=True)
