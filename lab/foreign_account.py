"""How a foreign softphone is set up."""

from typing import Literal

from pydantic import BaseModel


class ForeignAccount(BaseModel):
    """How the foreign phone is set up; `answer_after` None leaves calls ringing."""

    user: str
    password: str
    server: str  # address:port
    address: str = "127.0.0.1"  # its own; baresip sends only from an address that `ip addr` lists
    registers: bool = True
    frequency: int = 500  # Hz, what it speaks
    dtmf: Literal["rtpevent", "info"] = "rtpevent"
    answer_after: float | None = 0.5
