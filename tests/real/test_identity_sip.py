"""Who calls: known to the journal, hidden from phone and board where the caller asks for it."""

import asyncio

import pytest

from lab.call import Call
from lab.identity import Identity
from lab.lab import Lab
from lab.robots import Consultant
from lab.sip import Headers
from tests.real.absence import on_shift
from tests.real.line import RunningLine, now

pytestmark = pytest.mark.real

NUMBERS = [f"+770000003{number:02d}" for number in range(15)]
A, B, C, D, E, F, G, H, X, Y, J, K, L, M, N = NUMBERS
HIDDEN: dict[str, tuple[Identity, Headers]] = {
    A: (
        Identity("anonymous", asserted=f"<sip:{A}@ims.example.kz;user=phone>, <tel:{A}>"),
        (("Privacy", "id"),),
    ),
    B: (
        Identity("anonymous", asserted="<sip:ivan@ims.example.kz>"),
        (("P-Asserted-Identity", f"<tel:{B}>"), ("Privacy", "user;id")),
    ),
    C: (Identity(C, asserted=f"<sip:{C}@ims.example.kz>,\r\n <tel:{C}>"), (("Privacy", "id;critical"),)),
    D: (
        Identity(D, asserted=f'"Ivanov, Ivan" <sip:{D};cpc=ordinary@ims.example.kz>'),
        (("Privacy", "header;user;id"),),
    ),
    E: (Identity(E), (("Privacy", "user"),)),
    F: (Identity(F, asserted=f"<tel:{F}>"), (("Privacy", "HEADER"),)),
    G: (Identity("anonymous", "Anonymous", "anonymous.invalid", asserted=f"<sip:{G}@ims.example.kz>"), ()),
    H: (Identity(H), (("Remote-Party-ID", f'"{H}" <sip:{H}@ims.example.kz>;party=calling;privacy=uri'),)),
    X: (Identity(X), (("Privacy", "critical"), ("Privacy", "id"))),
    Y: (
        Identity("+77000000399", asserted="<sip:ivan@ims.example.kz>"),
        (
            ("P-Asserted-Identity", "<sip:petr@ims.example.kz>"),
            ("P-Asserted-Identity", f"<tel:{Y}>"),
            ("Privacy", "none"),
            ("Privacy", "critical"),
            ("Privacy", "id"),
        ),
    ),
}
SHOWN: dict[str, tuple[Identity, Headers]] = {
    J: (Identity(J, asserted=f"<sip:{J}@ims.example.kz>, <tel:{J}>"), (("Privacy", "none"),)),
    K: (Identity(K), ()),
    L: (Identity(L, asserted=f"<sip:{L}@ims.example.kz>"), (("Privacy", "session"),)),
    M: (Identity(M, asserted=f"<tel:{M}>"), (("Privacy", "None;Critical"),)),
    N: (Identity(N, asserted=f"<tel:{N}>"), (("Privacy", "none"), ("Privacy", "history"))),
}


def wire(consultants: list[Consultant]) -> str:
    """All that went to and came from these phones."""
    return "\n".join(
        seen.message.wire().decode("latin-1") for one in consultants for seen in one.phone.wire.trace
    )


async def until_served(line: RunningLine, consultants: list[Consultant], wanted: int) -> None:
    """Wait until they have taken so many calls."""
    await line.until(lambda: sum(len(one.served) for one in consultants) == wanted, 40)


async def test_a_number_is_known_to_the_journal_and_hidden_where_the_caller_asks_for_it(
    line: RunningLine, lab: Lab
) -> None:
    since = now()
    consultants = [await lab.consultant(place).start() for place in range(len(lab.facts.consultants))]
    await on_shift(line, *(account.id for account in lab.facts.consultants))
    everyone = list((HIDDEN | SHOWN).items())
    seen: set[str | None] = set()
    size = len(consultants)
    for some in (everyone[at : at + size] for at in range(0, len(everyone), size)):
        wanted = sum(len(one.served) for one in consultants) + len(some)
        calls: list[Call] = []
        for _, (identity, headers) in some:
            calls.append(await lab.trunk_phone(identity=identity).dial("111", headers=headers))
            await calls[-1].answered()
        await asyncio.sleep(1)
        await asyncio.gather(*(call.press(str(1 + at % 2)) for at, call in enumerate(calls)))
        await until_served(line, consultants, wanted)
        seen |= {caller["number"] for caller in line.ask("board.show")["callers"]}
        seen |= {one["number"] for one in line.ask("board.show")["consultants"]}
        await asyncio.gather(*(call.hang_up() for call in calls))
    text = wire(consultants)
    assert [] == [number for number in HIDDEN if number[1:] in text]
    assert [] == [number for number in SHOWN if number[1:] not in text]
    assert {None, *(f"***{number[-2:]}" for number in SHOWN)} == seen
    rows = await line.new_calls(len(everyone), since=since, within=10)
    assert sorted(NUMBERS) == sorted(str(row.pii_caller) for row in rows)
