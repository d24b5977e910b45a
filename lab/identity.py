"""Who a caller says to be: the From header and its kin, well-formed, withheld or hostile."""

from dataclasses import dataclass

from lab.sip import Headers, text


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller's number and name; bytes go out as they are, in whatever coding.

    `number` None leaves the user out of the From URI. `raw_from` replaces the whole value before the
    tag. `asserted` is a P-Asserted-Identity value, sent as it is.
    """

    number: str | bytes | None = "+77000000001"
    name: str | bytes | None = None
    host: str | None = None
    raw_from: str | bytes | None = None
    asserted: str | bytes | None = None
    private: bool = False  # Privacy: id

    def from_value(self, host: str) -> str:
        """The From value without a tag; `host` is the phone's own."""
        if self.raw_from is not None:
            return text(self.raw_from)
        user = "" if self.number is None else text(self.number) + "@"
        uri = f"<sip:{user}{self.host or host}>"
        if self.name is None:
            return uri
        quoted = text(self.name).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" {uri}'

    def more(self) -> Headers:
        """The headers beside From."""
        asserted = (("P-Asserted-Identity", text(self.asserted)),) if self.asserted is not None else ()
        return (*asserted, *((("Privacy", "id"),) if self.private else ()))


WITHHELD = Identity("anonymous", "Anonymous", "anonymous.invalid", private=True)
