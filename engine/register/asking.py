"""Asking of the register over its socket: only the console speaks for others, all else is refused; edge."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from config.refusals import Code, refused
from console.http.register_link import AWAY, CALL, LONGEST, RegisterDoors, carry_out
from console.http.register_methods import UnknownMethod
from console.intake.register_link import ACCEPT
from engine.process.local_socket import Answer, Command, CommandRefused, ControlSocket, Peer, ping
from engine.register.intake_asking import IntakeAsking
from engine.register.services import RegisterServices
from recordings.privacy.keyring import KeyMissing

log = structlog.get_logger()


class RegisterAsking:
    """Its services behind the socket; `commands` are the process' own, beside the calls.

    `changed`: something may be there to send.
    """

    def __init__(
        self,
        services: RegisterServices,
        commands: Mapping[str, Command] | None = None,
        changed: Callable[[], object] = bool,
    ) -> None:
        self._services, self._changed = services, changed
        self._made: RegisterDoors | None = None
        settings = services.settings
        written = IntakeAsking(lambda: services.intake, settings.console_user)
        every = {"ping": ping, CALL: self.call, ACCEPT: written.accept, **(commands or {})}
        self.socket = ControlSocket(settings.register_socket, every, longest=LONGEST)

    async def call(self, peer: Peer, asked: Mapping[str, Any]) -> Answer:
        """One method for whom the console says; the kernel says that it is the console."""
        if peer != self._services.settings.console_user:
            raise CommandRefused(refused(Code.NOT_THE_CONSOLE))
        try:
            if self._made is None:
                self._made = self._services.doors
            answer = await carry_out(self._made, asked)
            if asked.get("service") == "hand_overs":
                self._changed()
            return answer
        except KeyMissing as why:
            log.error("register_key_missing", why=str(why))
            return {AWAY: "KeyMissing"}
        except UnknownMethod as why:
            log.error("register_asked_unfit", what=str(why))
            raise CommandRefused(refused(Code.UNKNOWN_ORDER)) from None
