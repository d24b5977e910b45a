"""What a phone does with a call that comes in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.call import Call


@dataclass(frozen=True, slots=True)
class Answer:
    """Ring (180) and answer after some seconds; with 0 answer at once, without ringing."""

    after: float = 0.5


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse with a status: 486 busy, 603 decline, 480, 503; after some seconds of ringing, if any.

    `to`: a URI that a 3xx names in its Contact, in place of the phone's own.
    """

    status: int = 486
    after: float = 0.0
    to: str = ""


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring (180) and never answer."""


@dataclass(frozen=True, slots=True)
class Silent:
    """No SIP answer of any kind, not even to CANCEL."""


Policy = Answer | Reject | Ring | Silent
Decide = Callable[["Call"], Policy]
BUSY = Reject(486)
