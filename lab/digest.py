"""Digest authentication (RFC 2617, RFC 8760): the answer to a 401 or 407."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

HASHES: Final = {"MD5": "md5", "SHA-256": "sha256"}
_FIELD: Final = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks a phone to prove."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: bool = False
    opaque: str = ""


def read_challenge(value: str) -> Challenge | None:
    """A WWW- or Proxy-Authenticate value; None when it is not a digest we can answer."""
    scheme, _, rest = value.partition(" ")
    fields = {m[1].lower(): m[2] if m[2] is not None else m[3] for m in _FIELD.finditer(rest)}
    algorithm = fields.get("algorithm", "MD5").upper()
    if scheme.lower() != "digest" or algorithm not in HASHES:
        return None
    offered = {option.strip() for option in fields.get("qop", "").split(",")}
    return Challenge(
        fields.get("realm", ""),
        fields.get("nonce", ""),
        algorithm,
        "auth" in offered,
        fields.get("opaque", ""),
    )


def choose(values: Iterable[str], algorithm: str | None) -> Challenge | None:
    """The first challenge we can answer, or the first of the wanted algorithm (RFC 8760: top first)."""
    known = [challenge for value in values if (challenge := read_challenge(value))]
    return next((c for c in known if algorithm in (None, c.algorithm)), None)


def answer(
    challenge: Challenge, username: str, password: str, method: str, uri: str, *, cnonce: str | None = None
) -> str:
    """The Authorization value. `cnonce` is given only by tests."""

    def digest(text: str) -> str:
        return hashlib.new(HASHES[challenge.algorithm], text.encode(), usedforsecurity=False).hexdigest()

    cnonce = cnonce or secrets.token_hex(8)
    secret = digest(f"{username}:{challenge.realm}:{password}")
    asked = digest(f"{method}:{uri}")
    middle = f"{challenge.nonce}:00000001:{cnonce}:auth" if challenge.qop else challenge.nonce
    parts = [
        f'username="{username}"', f'realm="{challenge.realm}"', f'nonce="{challenge.nonce}"', f'uri="{uri}"',
        f'response="{digest(f"{secret}:{middle}:{asked}")}"', f"algorithm={challenge.algorithm}",
    ]  # fmt: skip
    if challenge.qop:
        parts += ["qop=auth", "nc=00000001", f'cnonce="{cnonce}"']
    if challenge.opaque:
        parts.append(f'opaque="{challenge.opaque}"')
    return "Digest " + ", ".join(parts)
