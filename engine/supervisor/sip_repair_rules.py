"""A caller's SIP request that Asterisk's parser would drop unread, made readable: pure.

PJSIP drops a whole datagram for a From or Contact that is no SIP grammar (a number with spaces, in Cyrillic,
with braces or a line feed; no host). Such a caller is served like any other, with the number withheld.
"""

import re
from typing import Final

_HEADER: Final = re.compile(rb"(?im)^(from|f|contact|m)[ \t]*:[ \t]*")
_END: Final = re.compile(rb"\r\n(?![ \t])|\r?\Z")
_NEXT: Final = re.compile(rb"\r\n(?=[A-Za-z][A-Za-z0-9.!%*_+`'~-]*[ \t]*:)|\r?\Z")
_FOLD: Final = re.compile(rb"\r\n[ \t]+")
_TAG: Final = re.compile(rb";[ \t]*tag=([A-Za-z0-9.!%*_+`'~-]+)[^>\"]*\Z", re.IGNORECASE)
# What PJSIP reads, found by sending it (tests/real/test_hostile_callers.py).
_USER: Final = rb"[A-Za-z0-9_.!~*'()&=+$,;?/%#-]*(?::[A-Za-z0-9_.!~*'()&=+$,%-]*)?@"
_HOST: Final = rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d+)?"
_URI: Final = (
    rb"(?:sips?:(?:"
    + _USER
    + rb")?"
    + _HOST
    + rb"(?:[;?][^<>\s\"]*)?|(?!sips?:)[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]+)"
)
_READABLE: Final = re.compile(
    rb"(?:(?:\"(?:[^\"\\\n]|\\[^\n])*\"|[^<\"\n]*)[ \t]*<"
    + _URI
    + rb">|"
    + _URI
    + rb")[ \t]*(?:;[^<>\r\n]*)?\Z",
    re.IGNORECASE,
)
_METHODS: Final = (b"INVITE ", b"ACK ", b"BYE ", b"CANCEL ", b"INFO ", b"UPDATE ", b"PRACK ", b"OPTIONS ")
_ANONYMOUS: Final = b'"Anonymous" <sip:anonymous@anonymous.invalid>'


def repaired(datagram: bytes, host: str, port: int) -> bytes | None:
    """The request as Asterisk can read it; None when it can be read as it is, or is no caller's request.

    `host` and `port` are where it came from: the contact, when that was unreadable too. Repairing what
    was repaired gives None.
    """
    if not datagram.startswith(_METHODS):
        return None
    head, end, body = datagram.partition(b"\r\n\r\n")
    pieces: list[bytes] = []
    at = 0
    for found in _HEADER.finditer(head):
        if found.start() < at:
            continue  # inside a value: a line of a caller's own making
        value = head[found.end() : _start(_END, head, found.end())]
        if _READABLE.match(value.rstrip(b" \t")) or value == b"*":
            continue
        pieces += [head[at : found.end()], _instead(found[1].lower(), value, host, port)]
        at = _start(_NEXT, head, found.end())
    return b"".join((*pieces, head[at:], end, body)) if pieces else None


def _start(pattern: re.Pattern[bytes], text: bytes, at: int) -> int:
    found = pattern.search(text, at)
    return found.start() if found else len(text)


def _instead(name: bytes, value: bytes, host: str, port: int) -> bytes:
    unfolded = _FOLD.sub(b" ", value)
    if _READABLE.match(unfolded.rstrip(b" \t")):
        return unfolded
    if name in (b"contact", b"m"):
        return f"<sip:{host}:{port}>".encode()
    tag = _TAG.search(value)
    return _ANONYMOUS + (b";tag=" + tag[1] if tag else b"")
