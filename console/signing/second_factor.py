"""The second factor: codes of thirty seconds (RFC 6238), each good once; pure, time as argument."""

import hmac

import pyotp

STEP = 30
ISSUER = "111"


def fresh() -> str:
    """A new secret, base32."""
    return str(pyotp.random_base32())


def uri(secret: str, login: str) -> str:
    """What an authenticator reads from a picture or a link."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


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
