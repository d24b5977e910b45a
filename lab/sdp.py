"""Session descriptions (RFC 4566, RFC 3264) of one G.711 audio stream with telephone events."""

from dataclasses import dataclass
from typing import Final, Literal

from lab.sip import Address

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
ALAW: Final = 8
ULAW: Final = 0
EVENTS: Final = 101
_NAMES: Final = {ALAW: "PCMA/8000", ULAW: "PCMU/8000"}
_ANSWERS: Final[dict[Direction, Direction]] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}


@dataclass(frozen=True, slots=True)
class Session:
    """One side's audio: where it listens, what it speaks, most wanted codec first."""

    address: Address
    codecs: tuple[int, ...] = (ALAW, ULAW)
    events: int | None = EVENTS  # payload type of telephone events; None: no RFC 4733
    direction: Direction = "sendrecv"


def write(session: Session, version: int) -> bytes:
    """The description; `version` grows with each change inside a call."""
    host, port = session.address
    events = [] if session.events is None else [session.events]
    lines = [
        "v=0", f"o=lab 111 {version} IN IP4 {host}", "s=lab", f"c=IN IP4 {host}", "t=0 0",
        f"m=audio {port} RTP/AVP {' '.join(str(p) for p in (*session.codecs, *events))}",
        *(f"a=rtpmap:{codec} {_NAMES[codec]}" for codec in session.codecs),
        *(line for e in events for line in (f"a=rtpmap:{e} telephone-event/8000", f"a=fmtp:{e} 0-16")),
        "a=ptime:20", f"a={session.direction}", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def read(body: bytes) -> Session | None:
    """The other side's audio; None when the body holds no audio stream we can speak."""
    host, port, codecs, events = "", 0, tuple[int, ...](), None
    direction: Direction = "sendrecv"
    for line in body.decode("latin-1").splitlines():
        kind, _, value = line.partition("=")
        words = value.split()
        if kind == "c" and len(words) == 3:
            host = words[2]
        elif kind == "m" and words and words[0] == "audio":
            port = int(words[1].partition("/")[0])
            codecs = tuple(int(word) for word in words[3:] if word.isdigit())
        elif kind == "a" and value in _ANSWERS:
            direction = next(d for d in _ANSWERS if d == value)
        elif value.startswith("rtpmap:") and "telephone-event/8000" in value:
            events = int(value[len("rtpmap:") :].split()[0])
    spoken = tuple(codec for codec in codecs if codec in _NAMES)
    return Session((host, port), spoken, events, direction) if host and port and spoken else None


def answer_direction(offered: Direction) -> Direction:
    """What one says to an offer: `sendonly` is answered `recvonly`."""
    return _ANSWERS[offered]
