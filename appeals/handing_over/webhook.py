"""Signed webhook to a body's system, by Standard Webhooks: one id through all tries, no redirect; edge (A10).

A receiver knows a repeat by its id, so an answer that did not come may be asked for again.
"""

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import aiohttp
from standardwebhooks import Webhook

from appeals.handing_over.channel_result import ChannelResult, Committing, Ending

_SECONDS: Final = 30.0
_TAKEN: Final = range(200, 300)
_ASIDE: Final = range(300, 400)
_REFUSED: Final = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})


def new_secret() -> str:
    """A secret for one body: shown once, kept hidden."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def body(kind: str, at: datetime, data: Mapping[str, object]) -> bytes:
    """The bytes that leave, the same at each try."""
    told = {"type": kind, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


class Webhooks:
    """Posts to https addresses of the directory, and to nobody they point to."""

    def __init__(self, seconds: float = _SECONDS, *, tls: bool = True) -> None:
        self._seconds = seconds
        self._tls = tls

    async def send(
        self, url: str, secret: str, message_id: str, raw: bytes, committing: Committing
    ) -> ChannelResult:
        """One try; the signature is of now, for old ones are refused."""
        if self._tls and not url.startswith("https://"):
            return ChannelResult(Ending.REFUSED, "the address is not https")
        now = datetime.now(UTC)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, now, raw.decode()),
        }
        await committing()
        limit = aiohttp.ClientTimeout(total=self._seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit, trust_env=False, auto_decompress=False) as session,
                session.post(url, data=raw, headers=headers, allow_redirects=False) as answer,
            ):
                return _result(answer.status)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as why:
            return ChannelResult(Ending.FAILED, type(why).__name__)


def _result(status: int) -> ChannelResult:
    words = f"HTTP {status}"
    if status in _TAKEN:
        return ChannelResult(Ending.ACCEPTED, words)
    if status in _ASIDE:
        return ChannelResult(Ending.REFUSED, f"{words}: sends us to another address, where nothing goes")
    return ChannelResult(Ending.REFUSED if status in _REFUSED else Ending.FAILED, words)
