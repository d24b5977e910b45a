"""OPTIONS within a call, to which PJSIP gives no answer (RFC 3261, 11.2): answered for it; pure.

Operators end a call whose other end does not answer them. PJSIP answers 481 at once where it knows no such
call, and says nothing where it does: so a request that is repeated is of a call that lives (decision 0100).
"""

import re
from dataclasses import dataclass, field
from typing import Final

Address = tuple[str, int]

KEPT: Final = 32.0  # seconds: as long as a request is repeated (64 * T1)
MOST: Final = 1000  # requests remembered
COMPACT: Final = {"v": "via", "f": "from", "t": "to", "i": "call-id"}
COPIED: Final = ("via", "from", "to", "call-id", "cseq")
ALLOW: Final = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK"
SENT_BY: Final = re.compile(r"SIP\s*/\s*2\.0\s*/\s*UDP\s+[^\s;:]+(?:\s*:\s*(\d{1,5}))?", re.IGNORECASE)
RPORT: Final = re.compile(r";\s*rport(?=\s*(?:;|,|$))", re.IGNORECASE)
TAG: Final = re.compile(r";\s*tag\s*=\s*[^\s;]", re.IGNORECASE)


@dataclass(slots=True)
class SeenRequests:
    """Requests seen, by all that a repeated one has in common with the first."""

    _since: dict[tuple[object, ...], float] = field(default_factory=dict)

    def reply(self, request: bytes, sender: Address, now: float) -> tuple[bytes, Address] | None:
        """The 200 and where it goes, for a request within a call that is seen again; else None."""
        headers = _headers(request)
        if any(not headers.get(name) for name in COPIED) or not TAG.search(headers["to"][0]):
            return None
        via = headers["via"][0]
        key = (sender, via, headers["call-id"][0], headers["cseq"][0])
        for old in [one for one, at in self._since.items() if now - at > KEPT]:
            del self._since[old]
        if key not in self._since:
            if len(self._since) < MOST:
                self._since[key] = now
            return None
        sent_by = SENT_BY.match(via)
        if sent_by is None:
            return None
        first, comma, rest = via.partition(",")
        port = sender[1] if RPORT.search(first) else min(int(sent_by[1] or 5060), 65535)
        first = RPORT.sub(f";rport={sender[1]}", first, count=1)
        lines = ["SIP/2.0 200 OK", f"Via: {first};received={sender[0]}{comma}{rest}"]
        lines += [f"Via: {one}" for one in headers["via"][1:]]
        lines += [f"{name}: {headers[name.lower()][0]}" for name in ("From", "To", "Call-ID", "CSeq")]
        lines += [f"Allow: {ALLOW}", "Accept: application/sdp", "Content-Length: 0", "", ""]
        return "\r\n".join(lines).encode("latin-1"), (sender[0], port)


def _headers(request: bytes) -> dict[str, list[str]]:
    """Values by name in small letters, unfolded; empty when it is no OPTIONS request."""
    head = re.sub(r"\r\n[ \t]+", " ", request.partition(b"\r\n\r\n")[0].decode("latin-1"))
    first, *lines = head.split("\r\n")
    if not re.fullmatch(r"OPTIONS \S+ SIP/2\.0", first):
        return {}
    found: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        low = name.strip().lower()
        found.setdefault(COMPACT.get(low, low), []).append(value.strip())
    return found
