"""An OPTIONS request within a call's own dialog: whether that leg still answers, and nothing else; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Address = tuple[str, int]  # IPv4, port

ROUTES: Final = tuple(f"PJSIP_HEADER(read,Record-Route,{n})" for n in range(1, 9))
# What Asterisk is asked for of a channel: all that a request within its dialog must say (RFC 3261 12.2.1.1).
FACTS: Final = (
    "CHANNEL(pjsip,call-id)",
    "CHANNEL(pjsip,local_uri)",
    "CHANNEL(pjsip,local_tag)",
    "CHANNEL(pjsip,remote_uri)",
    "CHANNEL(pjsip,remote_tag)",
    "CHANNEL(pjsip,target_uri)",
    "CHANNEL(pjsip,remote_addr)",
    "CHANNEL(pjsip,local_addr)",
    *ROUTES,
)
MARK: Final = "z9hG4bK111-"  # begins the branch of our questions: no transaction of Asterisk's has it
# Lower than any number Asterisk takes: the peer's count of our requests stays below Asterisk's next one, a
# BYE perhaps. Who has seen a higher one answers 500 (RFC 3261 12.2.2), and that is an answer.
NUMBER: Final = 1
_URI: Final = re.compile(r"<?\s*(sips?:[^>\s]+)")
_HOST: Final = re.compile(
    r"sips?:(?:[^@>]*@)?(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?(?=[;?>]|$)", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})")
_STATUS: Final = re.compile(rb"SIP/2\.0 (\d{3}) ")
_BRANCH: Final = re.compile(
    rb"(?im)^(?:via|v)[ \t]*:[^\r\n]*?;[ \t]*branch=(" + MARK.encode() + rb"[0-9a-zA-Z]+)"
)


@dataclass(frozen=True, slots=True)
class Dialog:
    """One leg's dialog as Asterisk holds it; `here` and `there` are where its messages go from and to."""

    call_id: str
    local: str
    remote: str
    target: str
    routes: tuple[str, ...]
    here: Address
    there: Address


def dialog(facts: Mapping[str, str]) -> Dialog | None:
    """From the values of `FACTS`; None when it cannot be asked: not over UDP and IPv4, or a value is odd."""
    value = {name: facts.get(name, "") for name in FACTS}
    if not all(text.isprintable() for text in value.values()):
        return None
    call_id, local, local_tag, remote, remote_tag, contact, seen_at, ours = (
        value[name] for name in FACTS[:8]
    )
    target = _URI.match(contact)
    here, seen = _address(_ADDRESS.fullmatch(ours)), _address(_ADDRESS.fullmatch(seen_at))
    if not (call_id and local and remote) or target is None or here is None or seen is None:
        return None
    routes = tuple(route for name in FACTS[8:] if (route := value[name]))
    first = routes[0] if routes else target[1]
    if "transport=t" in first.lower():  # TCP or TLS
        return None
    found = _HOST.search(first)
    there = (found[1], int(found[2] or 5060)) if found else seen
    return Dialog(
        call_id, _tagged(local, local_tag), _tagged(remote, remote_tag), target[1], routes, here, there
    )


def question(asked: Dialog, branch: str) -> bytes:
    """The request; `branch` begins with `MARK` and is new each time."""
    lines = (
        f"OPTIONS {asked.target} SIP/2.0",
        f"Via: SIP/2.0/UDP {asked.here[0]}:{asked.here[1]};rport;branch={branch}",
        *(f"Route: {route}" for route in asked.routes),
        "Max-Forwards: 70",
        f"From: {asked.local}",
        f"To: {asked.remote}",
        f"Call-ID: {asked.call_id}",
        f"CSeq: {NUMBER} OPTIONS",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(datagram: bytes) -> tuple[str, int] | None:
    """Branch and status of an answer to one of our questions; None for all else, and for "trying"."""
    status = _STATUS.match(datagram)
    branch = _BRANCH.search(datagram) if status else None
    if status is None or branch is None or int(status[1]) == 100:
        return None
    return branch[1].decode(), int(status[1])


def _tagged(uri: str, tag: str) -> str:
    return f"{uri};tag={tag}" if tag else uri


def _address(found: "re.Match[str] | None") -> Address | None:
    return (found[1], int(found[2])) if found else None
