"""A SIP dialog (RFC 3261, 12): the names, tags and numbers all requests of one call share."""

import secrets
from dataclasses import dataclass, field

from lab.sip import Address, Headers, Message, Request, header, tag, uri_of


def new_branch() -> str:
    """A name for a transaction."""
    return "z9hG4bK" + secrets.token_hex(8)


@dataclass(slots=True)
class Dialog:
    """One side of a dialog; `local` and `remote` are From and To values as we send them."""

    here: Address
    contact: str
    call_id: str
    local: str
    remote: str
    target: str  # URI the requests go to
    cseq: int = field(default_factory=lambda: secrets.randbelow(10_000) + 1)

    @classmethod
    def of_request(cls, request: Request, here: Address, contact: str) -> "Dialog":
        """The dialog as the called side sees it."""
        local = f"{header(request, 'to')};tag={secrets.token_hex(6)}"
        target = uri_of(header(request, "contact")) or uri_of(header(request, "from"))
        return cls(here, contact, header(request, "call-id"), local, header(request, "from"), target)

    @property
    def local_tag(self) -> str:
        """Our own tag."""
        return tag(self.local)

    def learn(self, message: Message) -> None:
        """Take the other side's tag and contact from what it sent."""
        theirs = header(message, "from" if isinstance(message, Request) else "to")
        if tag(theirs):
            self.remote = theirs
        if contact := uri_of(header(message, "contact")):
            self.target = contact

    def request(
        self, method: str, headers: Headers = (), body: bytes = b"", *, cseq: int | None = None
    ) -> Request:
        """The next request of this dialog; ACK carries the number of its INVITE."""
        if cseq is None:
            self.cseq += 1
        via = f"SIP/2.0/UDP {self.here[0]}:{self.here[1]};branch={new_branch()};rport"
        fixed = (
            ("Via", via), ("Max-Forwards", "70"), ("From", self.local), ("To", self.remote),
            ("Call-ID", self.call_id), ("CSeq", f"{self.cseq if cseq is None else cseq} {method}"),
            ("Contact", self.contact), ("User-Agent", "ivr111 lab phone"),
        )  # fmt: skip
        return Request(method, self.target, (*fixed, *headers), body)
