"""The second factor: codes of thirty seconds (RFC 6238), each good once; pure, time as argument."""

import hmac

import pyotp
import segno

STEP = 30
ISSUER = "111"


def fresh() -> str:
    """A new secret, base32."""
    return str(pyotp.random_base32())


def uri(secret: str, login: str) -> str:
    """What an authenticator reads from a picture or a link."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


def picture(link: str) -> str:
    """The link as a QR code, an image for `src`; black on white in a dark page, too."""
    return str(segno.make(link, micro=False).svg_data_uri(scale=5, border=3, light="#fff"))


def counter(secret: str, code: str, now: float, used: int) -> int | None:
    """The code's step if it fits now or one step beside, and is newer than `used`; else None."""
    wanted = "".join(c for c in code if c.isdigit())
    here = int(now // STEP)
    fit = None
    for step in (here - 1, here, here + 1):
        same = hmac.compare_digest(str(pyotp.TOTP(secret).at(step * STEP)), wanted)
        if same and step > used and fit is None:
            fit = step
    return fit
