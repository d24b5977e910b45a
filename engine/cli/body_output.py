"""How bodies, contacts and their history are told: rows for people, values for --json; edge."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config.told import N_, told
from engine.cli.language import CHOSEN, spoken
from engine.cli.output import clock, day, one_line

if TYPE_CHECKING:
    from appeals.bodies.store import DirectoryEvent
    from appeals.model.body import Body, BodyContact

COLUMNS = ("contact", "channel", "address", "who answers", "order", "valid", "state")


def name_of(body: "Body") -> str:
    """In the asker's language; who asks in English reads the Russian one."""
    return one_line(body.name("kk" if CHOSEN.get() == "kk" else "ru"))


def body_lines(body: "Body") -> Iterator[str]:
    """What is said of a body above its contacts."""
    from appeals.bodies.hours_text import hours_text  # noqa: PLC0415 - a list waits for none of these

    yield one_line(body.name_kk)
    yield one_line(body.name_ru)
    fields = {
        N_("kind"): spoken(str(body.kind)),
        N_("region"): body.region or spoken("nationwide"),
        N_("language"): body.language,
        N_("topics"): " ".join(body.topics) or spoken("all"),
        N_("above"): body.above or "-",
        N_("hours"): hours_text(body.hours),
        N_("valid"): span(body.valid_from, body.valid_until),
        N_("state"): state(body),
    }
    for name, value in fields.items():
        yield f"{spoken(name)}: {value}"


def contact_row(contact: "BodyContact") -> tuple[str, ...]:
    """As COLUMNS."""
    return (
        str(contact.id),
        spoken(str(contact.channel)),
        one_line(contact.address),
        one_line(contact.holder),
        str(contact.order),
        span(contact.valid_from, contact.valid_until),
        spoken("example") if contact.example else "",
    )


def state(body: "Body") -> str:
    """Closed, an example, or nothing to say."""
    if body.closed:
        return spoken("closed")
    return spoken("example") if body.example else "-"


def span(since: date | None, until: date | None) -> str:
    """From when to when; "" always."""
    if since is None and until is None:
        return ""
    return f"{day(since) if since else '…'} – {day(until) if until else '…'}"


def history_row(event: "DirectoryEvent", zone: ZoneInfo) -> tuple[str, ...]:
    """When, who, what, and the fields that differ."""
    before = json.loads(event.before) if event.before else {}
    after = json.loads(event.after)
    changed = [name for name in after if before.get(name) != after[name] and name != "contacts"]
    said = ", ".join(f"{one}: {before.get(one, '-')} → {after[one]}" for one in changed) if before else ""
    about = spoken(told("contact {id}", id=event.contact)) if event.contact is not None else event.body
    return clock(event.at, zone), event.who.person, spoken(event.step), about, one_line(said)


def body_json(body: "Body") -> dict[str, Any]:
    """Every field; contacts in the order they are tried."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    from appeals.bodies.hours_text import hours_text  # noqa: PLC0415
    from appeals.model.body import Body  # noqa: PLC0415

    values: dict[str, Any] = TypeAdapter(Body).dump_python(body, mode="json")
    return {**values, "hours": hours_text(body.hours)}


def contact_json(contact: "BodyContact") -> dict[str, Any]:
    """Every field."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    from appeals.model.body import BodyContact  # noqa: PLC0415

    values: dict[str, Any] = TypeAdapter(BodyContact).dump_python(contact, mode="json")
    return values


def history_json(events: "Sequence[DirectoryEvent]") -> list[dict[str, Any]]:
    """Who, when, before, after."""
    return [
        {
            "at": one.at.isoformat(),
            "person": one.who.person,
            "system_user": one.who.system_user,
            "step": one.step,
            "contact": one.contact,
            "before": json.loads(one.before) if one.before else None,
            "after": json.loads(one.after),
        }
        for one in events
    ]
