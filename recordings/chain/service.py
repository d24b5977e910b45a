"""Statements made and proofs given; for the evidence process, the command line and the console."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.chain.statement import Proof, Statement
from recordings.keys import Keyring


class Statements:
    """Signed words on what the centre holds; each one binds the one before it."""

    def __init__(self, database: AsyncEngine, keys: Keyring, zone: str) -> None:
        self._database = database
        self._keys = keys
        self._zone = zone

    async def nightly(self, day: date, now: datetime) -> Statement:
        """The statement of a civil day, made once; a second call returns the first one's."""
        raise NotImplementedError

    async def interim(self, now: datetime) -> Statement:
        """The newest statement if it covers the whole chain, else a new one: packages need a signed root."""
        raise NotImplementedError

    async def proof(self, seq: int) -> Proof:
        """The inclusion proof of the chain's entry `seq`. Raises NotSigned."""
        raise NotImplementedError
