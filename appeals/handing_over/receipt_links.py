"""Receipt links: one for each hand-over, derived, so that a repeated try has the same; edge (A17, B2).

Only the digest of a link is kept. The code that opens the text is derived too: the consultant tells it by
telephone, and it is never in what leaves by e-mail.
"""

import hashlib
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from appeals.model.receipt_tables import RECEIPT_LINKS, receipt_links
from recordings.privacy.numbers import Numbers
from recordings.rows.service import entered

_CODES: Final = 10**6


def secret_of(numbers: Numbers, id_: int, sha256: str) -> str:
    """The secret part of a hand-over's link: 32 letters, 192 bits of which nobody without the key knows one.

    `sha256`: of the hand-over's text.
    """
    return "".join(numbers.digest(f"receipt link {half}", f"{id_}\0{sha256}") for half in (1, 2))


def code_of(numbers: Numbers, id_: int, sha256: str) -> str:
    """The six digits that open the text."""
    made = numbers.digest("receipt code", f"{id_}\0{sha256}").encode()
    return f"{int.from_bytes(hashlib.sha256(made).digest()[:8]) % _CODES:06}"


def digest_of(secret: str) -> str:
    """What is kept of a link."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def add_link(
    connection: AsyncConnection, numbers: Numbers, id_: int, sha256: str, now: datetime
) -> None:
    """The link of a hand-over, in the transaction that makes it."""
    values = {
        "hand_over_id": id_,
        "digest": digest_of(secret_of(numbers, id_, sha256)),
        "made_at": now,
        "wrong": 0,
        "locked_until": None,
    }
    async with entered(connection, [(RECEIPT_LINKS, [(id_,)])]):
        await connection.execute(insert(receipt_links).values(values))


async def link_row(connection: AsyncConnection, secret: str) -> Row[Any] | None:
    """Whose link it is; None: nobody's."""
    query = select(receipt_links).where(receipt_links.c.digest == digest_of(secret))
    return (await connection.execute(query)).first()


async def count_wrong(connection: AsyncConnection, id_: int, wrong: int, until: datetime | None) -> None:
    """`wrong` codes in a row; none is looked at before `until`. Counters are outside the chain of rows."""
    table = receipt_links
    values = {"wrong": wrong, "locked_until": until}
    await connection.execute(update(table).where(table.c.hand_over_id == id_).values(values))
