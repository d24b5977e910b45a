"""What an import would change, and every fault by its line; nothing is written; pure (A20, B1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from appeals.bodies.check import body_faults, contact_faults
from appeals.bodies.rows_text import NEW, Fault, ReadRows
from appeals.model.body import Body, BodyContact
from config.told import told


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Bodies and contacts that would change, as they are (None: new) and as they would be.

    With any fault nothing may be applied.
    """

    bodies: tuple[tuple[Body | None, Body], ...]
    contacts: tuple[tuple[BodyContact | None, BodyContact], ...]
    faults: tuple[Fault, ...]

    @property
    def added(self) -> int:
        """Bodies that are new."""
        return sum(before is None for before, _ in self.bodies)

    @property
    def contacts_added(self) -> int:
        """Contacts that are new."""
        return sum(before is None for before, _ in self.contacts)


def plan(known: Iterable[Body], read: ReadRows) -> ImportPlan:
    """What the file does not name stays: nothing is ever deleted, a body is closed, a contact ends.

    A contact without an id is the one that has its body, channel and address, else a new one.
    """
    there = {one.id: one for one in known}
    faults = list(read.faults)
    bodies: dict[str, Body] = {}
    for line, body in read.bodies:
        if body.id in bodies:
            faults.append(Fault(line, told("the body {id} stands in the file twice", id=body.id)))
        bodies[body.id] = body
    will = {**there, **bodies}
    faults += [Fault(line, why) for line, body in read.bodies for why in body_faults(body, will)]
    contacts = _contacts(read, there, will, faults)
    changed = [
        (there.get(id_), body) for id_, body in bodies.items() if _alone(there.get(id_)) != _alone(body)
    ]
    return ImportPlan(tuple(changed), contacts, tuple(sorted(faults, key=lambda one: one.line)))


def _contacts(
    read: ReadRows, there: Mapping[str, Body], will: Mapping[str, Body], faults: list[Fault]
) -> tuple[tuple[BodyContact | None, BodyContact], ...]:
    known = {one.id: one for body in there.values() for one in body.contacts}
    found: list[tuple[BodyContact | None, BodyContact]] = []
    taken: set[object] = set()
    for line, contact in read.contacts:
        faults += [Fault(line, why) for why in contact_faults(contact, will)]
        before = known.get(contact.id) if contact.id != NEW else _same(contact, there)
        if contact.id != NEW and (before is None or before.body != contact.body):
            faults.append(
                Fault(line, told("{body} has no contact {id}", body=contact.body or "-", id=contact.id))
            )
            continue
        after = contact if before is None else replace(contact, id=before.id)
        named = after.id if before is not None else (after.body, after.channel, after.address)
        if named in taken:
            faults.append(Fault(line, told("this contact stands in the file twice")))
        taken.add(named)
        if before != after:
            found.append((before, after))
    return tuple(found)


def _same(contact: BodyContact, there: Mapping[str, Body]) -> BodyContact | None:
    body = there.get(contact.body)
    mine = body.contacts if body is not None else ()
    return next(
        (one for one in mine if (one.channel, one.address) == (contact.channel, contact.address)), None
    )


def _alone(body: Body | None) -> Body | None:
    return None if body is None else replace(body, contacts=())
