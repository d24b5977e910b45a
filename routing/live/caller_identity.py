"""Who calls, read from the identity headers that Asterisk leaves alone or reads in part (RFC 3325): pure.

Asterisk reads the first header, and only when it holds one value; legal are two, a sip and a tel URI, in one
header or in two, folded or not.
"""

import binascii
import re
from base64 import b64decode
from typing import Final

from dialplan import limits

_NUMBER: Final = re.compile(r"\+?[0-9*#][0-9*#().-]*")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPED: Final = re.compile("%([0-9A-Fa-f]{2})")
_URI: Final = re.compile(r"(tel|sips?):([^>]*)", re.IGNORECASE)


def caller(encoded: str) -> str:
    """The caller's number from base64 of all values, joined by commas; empty when none of them is a number.

    A tel URI before a sip one: the user of the latter may be a name or the SIM card's own number.
    """
    try:
        text = b64decode(encoded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
    bare = _QUOTED.sub("", text).replace("\r", " ").replace("\n", " ")  # names may hold anything
    uris = [found for value in bare.split(",") if (found := _URI.search(value))]
    uris.sort(key=lambda uri: uri[1].lower() != "tel")
    return next(filter(None, (_number(uri[1].lower(), uri[2]) for uri in uris)), "")


def _number(scheme: str, rest: str) -> str:
    user, at, _ = rest.partition("@")
    if scheme != "tel" and not at:
        return ""
    named = user.partition(";")[0].partition(":")[0]
    number = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), named).strip()
    return number if _NUMBER.fullmatch(number) and len(number) <= limits.NUMBER else ""
