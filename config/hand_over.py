"""What the centre sets about hand-overs: its mail server, and what happens when nobody answers (A10, B1)."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Deed = Literal["next_channel", "deputy", "above", "alarm", "remind"]


class MailRelay(BaseModel):
    """The server that takes our mail; empty host: the channel e-mail is not there.

    TLS is required unless the contact of a body says that its server has none.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls"] = "starttls"
    sender: str = "111@localhost"
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None  # of a server whose certificate no public authority signed
    connect_seconds: float = Field(30.0, gt=0)
    answer_seconds: float = Field(600.0, gt=0)  # RFC 5321, 4.5.3.2.6: who gives up earlier sends twice


class EscalationStep(BaseModel):
    """Minutes after it was sent without a receipt (or answer), and what is done then."""

    model_config = ConfigDict(extra="forbid")

    without: Literal["receipt", "answer"]
    urgent: bool
    minutes: float = Field(gt=0)
    deed: Deed


# Commissioners are volunteers (B1): who does not confirm within minutes is not waited for.
ESCALATION: tuple[EscalationStep, ...] = (
    EscalationStep(without="receipt", urgent=True, minutes=5, deed="next_channel"),
    EscalationStep(without="receipt", urgent=True, minutes=10, deed="deputy"),
    EscalationStep(without="receipt", urgent=True, minutes=10, deed="alarm"),
    EscalationStep(without="receipt", urgent=True, minutes=20, deed="above"),
    EscalationStep(without="answer", urgent=True, minutes=180, deed="remind"),
    EscalationStep(without="answer", urgent=True, minutes=360, deed="alarm"),
    EscalationStep(without="receipt", urgent=False, minutes=1440, deed="next_channel"),
    EscalationStep(without="receipt", urgent=False, minutes=2880, deed="alarm"),
    EscalationStep(without="answer", urgent=False, minutes=7200, deed="remind"),
    EscalationStep(without="answer", urgent=False, minutes=14400, deed="alarm"),
)
