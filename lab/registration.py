"""A softphone's registration: made, renewed before it runs out, taken back; edge."""

import asyncio
import re
import secrets
from dataclasses import dataclass, field

from lab.dialog import Dialog
from lab.sip import Address, Response, every, header, uri_of
from lab.transactions import NoAnswerError
from lab.wire import Wire


class NotRegisteredError(Exception):
    """The registrar refused; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"registrar answered {status}")
        self.status = status


@dataclass(slots=True)
class Registration:
    """Keeps `sip:user@registrar` bound to one contact."""

    wire: Wire
    registrar: Address
    user: str
    contact: str
    renewals: int = 0
    granted: float = 0.0  # seconds
    _dialog: Dialog | None = None
    _renewing: "asyncio.Task[None] | None" = field(default=None)

    async def start(self, expires: int) -> None:
        """Register and keep renewing. Raises NotRegisteredError, NoAnswerError."""
        await self._register(expires)
        self._stop_renewing()
        self._renewing = asyncio.get_running_loop().create_task(self._renew(expires))

    async def stop(self) -> None:
        """Take the registration back."""
        self._stop_renewing()
        await self._register(0)

    def forget(self) -> None:
        """Stop renewing without a word, as a phone that loses its power."""
        self._stop_renewing()

    def _stop_renewing(self) -> None:
        if self._renewing:
            self._renewing.cancel()
            self._renewing = None

    async def _renew(self, expires: int) -> None:
        pause = self.granted * 0.7
        while True:
            await asyncio.sleep(pause)
            try:
                await self._register(expires)
                self.renewals += 1
                pause = self.granted * 0.7
            except (NotRegisteredError, NoAnswerError):
                pause = 1.0  # as softphones do: soon again, until the registrar is back

    async def _register(self, expires: int) -> None:
        if self._dialog is None:
            domain = self.registrar[0]
            who = f"<sip:{self.user}@{domain}>"
            local = f"{who};tag={secrets.token_hex(6)}"
            target = f"sip:{domain}:{self.registrar[1]}"
            self._dialog = Dialog(self.wire.here, self.contact, secrets.token_hex(10), local, who, target)
        request = self._dialog.request("REGISTER", (("Expires", str(expires)),))
        response, self._dialog.cseq = await self.wire.ask(request, self.registrar)
        if response.status != 200:
            raise NotRegisteredError(response.status)
        self.granted = _granted(response, self.contact, expires)


def _granted(response: Response, contact: str, wished: int) -> float:
    """The seconds the registrar gave this contact."""
    ours = uri_of(contact).partition(";")[0]
    for value in every(response, "contact"):
        if ours in value and (found := re.search(r"expires=(\d+)", value.rpartition(">")[2])):
            return float(found[1])
    given = header(response, "expires")
    return float(given) if given.isdigit() else float(wished)
