"""The second factor: codes of thirty seconds (RFC 6238), each good once; pure, time as argument."""

import base64
import hashlib
import hmac
import re

import pyotp
import segno

CODE = re.compile("[0-9]{6}")
STEP = 30
ISSUER = "111"


def offered(key: bytes, session: str) -> str:
    """The secret offered to a half session, base32, 160 bits: the browser cannot choose it.

    Made of the console's own key and the session's id, so that nothing need be kept until it is proved.
    """
    return base64.b32encode(hmac.new(key, f"totp\0{session}".encode(), hashlib.sha256).digest()[:20]).decode()


def uri(secret: str, login: str) -> str:
    """What an authenticator reads from a picture or a link."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


def picture(link: str) -> str:
    """The link as a QR code, an image for `src`; black on white in a dark page, too."""
    return str(segno.make(link, micro=False).svg_data_uri(scale=5, border=3, light="#fff"))


def counter(secret: str, code: str, now: float, used: int) -> int | None:
    """The code's step if it fits now or one step beside, and is newer than `used`; else None."""
    wanted = code.replace(" ", "")
    if not CODE.fullmatch(wanted):
        return None
    here = int(now // STEP)
    fit = None
    for step in (here - 1, here, here + 1):
        same = hmac.compare_digest(str(pyotp.TOTP(secret).at(step * STEP)), wanted)
        if same and step > used and fit is None:
            fit = step
    return fit
