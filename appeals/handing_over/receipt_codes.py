"""Code of a hand-over's receipt page, for the consultant who tells it by telephone; edge (A17)."""

from datetime import datetime

from sqlalchemy import select

from appeals.handing_over import store
from appeals.handing_over.base import Base
from appeals.handing_over.receipt_links import code_of
from appeals.model.receipt import ReceiptCode
from appeals.model.receipt_tables import receipt_links
from appeals.register.door import allowed
from config.database import read_connection
from config.rights import Right
from config.told import told
from recordings.model.access_entry import Action, Actor


class ReceiptCodes(Base):
    """Who may hand over may tell the code; it is logged before it is shown."""

    async def receipt_code(self, id_: int, who: Actor, now: datetime) -> ReceiptCode:
        """Raises StepForbidden, NoSuchHandOver."""
        allowed(who, Right.APPEALS)
        query = select(receipt_links).where(receipt_links.c.hand_over_id == id_)
        async with read_connection(self._database) as connection:
            found = await store.load(connection, self._numbers, [id_])
            row = (await connection.execute(query)).first()
        if not found or row is None:
            raise store.NoSuchHandOver(told("there is no hand-over {id}", id=id_))
        await self._access.note(who, Action.APPEAL, [f"hand-over {id_}: code shown"])
        until = row.locked_until if row.locked_until is not None and row.locked_until > now else None
        return ReceiptCode(code_of(self._numbers, id_, found[0].sha256), row.wrong, until)
