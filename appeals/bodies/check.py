"""What is wrong with an entry of the directory, in plain words; pure (A20, B1)."""

import re
from collections.abc import Iterator, Mapping

from appeals.model.body import NATIONWIDE, REGIONS, Body, BodyContact, ChannelKind
from config.told import LocalizedText, told

TOPICS = frozenset(str(number) for number in range(1, 14))  # the 13 directions (A22)
LONGEST = 300  # letters of a name or address
_ID = re.compile(r"[a-z][a-z0-9_]{1,63}\Z")
_NUMBER = re.compile(r"(\+7[0-9]{10}|[0-9]{3,4})\Z")  # of the country, or a short one: 102
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}\Z")
_URL = re.compile(r"https://([A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}(:[0-9]{2,5})?(/[\x21-\x7e]*)?\Z")
# Domains nobody can have, and +7 000, an area that there is not: what an example may be.
_INVENTED = re.compile(r"(@|https://|\.)example\.(kz|com|org|net)(?![A-Za-z.-])|^\+7000")


def body_faults(body: Body, known: Mapping[str, Body]) -> Iterator[LocalizedText]:
    """Faults of a body; `known`: every body of the directory as it will stand, by id."""
    if not _ID.match(body.id):
        yield told("the id {id} is not small Latin letters, digits and _", id=repr(body.id))
    if body.region not in (NATIONWIDE, *REGIONS):
        yield told("there is no region {region}", region=repr(body.region))
    for name in (body.name_kk, body.name_ru):
        if not name or name != name.strip() or not _plain(name):
            yield told(
                "a body has a name in Kazakh and one in Russian, each of at most {most} letters", most=LONGEST
            )
            break
    if body.language not in ("kk", "ru"):
        yield told("a body is written to in kk or ru, not in {language}", language=repr(body.language))
    if strange := sorted(set(body.topics) - TOPICS):
        yield told("topics are 1 to 13, not {names}", names=", ".join(strange))
    if body.valid_from and body.valid_until and body.valid_until < body.valid_from:
        yield told(
            "it ends before it begins: {since} to {until}", since=body.valid_from, until=body.valid_until
        )
    if body.above and body.above not in known:
        yield told("there is no body {above} to stand above it", above=repr(body.above))
    elif _circle(body, known):
        yield told("it would stand above itself, by way of {above}", above=body.above)


def contact_faults(contact: BodyContact, known: Mapping[str, Body]) -> Iterator[LocalizedText]:
    """Faults of a contact."""
    if contact.body not in known:
        yield told("there is no body {body}", body=repr(contact.body))
    if (why := _address_fault(contact)) is not None:
        yield why
    if not 1 <= contact.order <= 99:
        yield told("the order is 1 to 99; 1 is tried first")
    if contact.valid_from and contact.valid_until and contact.valid_until < contact.valid_from:
        yield told(
            "it ends before it begins: {since} to {until}",
            since=contact.valid_from,
            until=contact.valid_until,
        )
    if not _plain(contact.holder):
        yield told("who answers there has at most {most} letters, on one line", most=LONGEST)
    if _INVENTED.search(contact.address) and not contact.example:
        yield told("{address} is invented: mark it as an example", address=contact.address)


def _address_fault(contact: BodyContact) -> LocalizedText | None:
    address = contact.address
    match contact.channel:
        case ChannelKind.TELEPHONE if not _NUMBER.match(address):
            return told(
                "{address} is no number; write +7 and ten digits, or a short one", address=repr(address)
            )
        case ChannelKind.EMAIL if not _MAIL.match(address):
            return told("{address} is no e-mail address", address=repr(address))
        case ChannelKind.WEBHOOK if not _URL.match(address):
            return told("{address} is no https address of a host by name", address=repr(address))
        case ChannelKind.LETTER if not address.strip() or not _plain(address):
            return told("a postal address has words, at most {most} letters, on one line", most=LONGEST)
        case _:
            return None


def _circle(body: Body, known: Mapping[str, Body]) -> bool:
    seen, above = {body.id}, body.above
    while above:
        if above in seen:
            return True
        seen.add(above)
        found = known.get(above)
        above = found.above if found is not None else ""
    return False


def _plain(text: str) -> bool:
    return len(text) <= LONGEST and all(ch.isprintable() for ch in text)
