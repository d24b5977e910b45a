"""What Asterisk knows of the people's phones, and how it is made to know what we do; edge (decision 0089).

Nothing here believes an answer such as "reloaded": each round looks at what Asterisk has, does what is still
to be done, and looks again.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from config.settings import Settings
from config.told import N_, joined, told
from dialplan import words as w
from dialplan.pjsip_accounts import PERSON
from engine.install import consultant_accounts as accounts
from routing.ami.control_socket import run_command
from routing.ami.protocol import AmiDown, AmiTimeout

AGAIN: Final = 0.1  # seconds between two looks
ANSWER: Final = 5.0  # seconds for one command
RELOAD: Final = "module reload res_pjsip.so"  # endpoints, auths and AORs; calls and registrations stay
_PASSWORD: Final = re.compile(r"^ password +: (\S*)", re.MULTILINE)
_ENDPOINT: Final = re.compile(r"^ Endpoint: +([^\s/]+)", re.MULTILINE)


class EndpointNotReady(Exception):
    """Asterisk does not know yet what it should; the text says what."""


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What Asterisk has of one person's phone; `legs`: (channel, what it is bridged with)."""

    id: str
    endpoint: bool = False
    contacts: tuple[str, ...] = ()  # keys of registrations in Asterisk's database
    legs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    member: bool = False  # of survival's queue

    def left(self) -> str:
        """What is left of it, in words."""
        parts = {
            N_("its endpoint"): self.endpoint,
            N_("its registration"): bool(self.contacts),
            N_("a call"): bool(self.legs),
            N_("its place in survival's queue"): self.member,
        }
        return joined([told(name) for name, there in parts.items() if there], N_("{one}, {other}"))


async def settle_known(socket: Path, id_: str, secret: str, within: float) -> None:
    """Until the phone can register with `secret`. Raises EndpointNotReady after `within` seconds."""

    async def step() -> str:
        if await registers(socket, id_, secret):
            return ""
        await run_command(socket, RELOAD, ANSWER)
        return "" if await registers(socket, id_, secret) else told("Asterisk has not read {id}", id=id_)

    await _until(step, within)


async def settle_gone(socket: Path, id_: str, within: float, *, calls_end: bool = True) -> int:
    """Until nothing of the phone is left; how many of its calls were ended. Raises EndpointNotReady.

    A caller in conversation is told that the connection was lost, and is first in the queue again: the same
    way as when a phone dies (engine/media/lost_phones.py), for engine and survival.
    """
    ended = set[str]()

    async def step() -> str:
        phone = await look(socket, id_)
        if not calls_end:
            phone = replace(phone, legs=(), member=False)
        if phone.endpoint:
            await run_command(socket, RELOAD, ANSWER)
            return told("Asterisk still has {what}", what=phone.left())
        for key in phone.contacts:  # only now: with its endpoint it would have registered again
            await run_command(socket, f"database del registrar {key}", ANSWER)
        for channel, others in phone.legs:
            for other in others:
                await run_command(socket, f"dialplan set chanvar {other} {w.WISH} {w.WISH_LOST}", ANSWER)
            await run_command(socket, f"channel request hangup {channel}", ANSWER)
            ended.add(channel)
        if phone.member:
            await run_command(socket, f"queue remove member PJSIP/{id_} from {w.SURVIVAL_QUEUE}", ANSWER)
        return told("Asterisk still has {what}", what=phone.left()) if phone.left() else ""

    await _until(step, within)
    return len(ended)


async def _until(step: Callable[[], Awaitable[str]], within: float) -> None:
    """Step after step until nothing is missing; an Asterisk that is away or starts is waited for."""
    end = time.monotonic() + within
    while True:
        try:
            missing = await step()
        except (AmiDown, AmiTimeout):
            missing = told("Asterisk does not answer on its control socket")
        if not missing:
            return
        if time.monotonic() > end:
            raise EndpointNotReady(missing)
        await asyncio.sleep(AGAIN)


async def registers(socket: Path, id_: str, secret: str) -> bool:
    """Whether the phone has its endpoint, auth and AOR, and this password. Raises AmiDown, AmiTimeout."""
    await _booted(socket)
    there = _has(await run_command(socket, f"pjsip show endpoint {id_}", ANSWER), id_)
    return there and _password(await run_command(socket, f"pjsip show auth {id_}", ANSWER)) == secret


async def look(socket: Path, id_: str) -> EndpointState:
    """What Asterisk has of a phone now. Raises AmiDown, AmiTimeout."""
    await _booted(socket)
    endpoint = await run_command(socket, f"pjsip show endpoint {id_}", ANSWER)
    contacts = await run_command(socket, "database show registrar contact", ANSWER)
    channels = await run_command(socket, "core show channels concise", ANSWER)
    queue = await run_command(socket, f"queue show {w.SURVIVAL_QUEUE}", ANSWER)
    return EndpointState(
        id_,
        endpoint="Unable to find object" not in endpoint,
        contacts=_contacts(contacts, id_),
        legs=_legs(channels, id_),
        member=re.search(rf"\bPJSIP/{id_}\b", queue) is not None,
    )


async def known(socket: Path) -> Mapping[str, str]:
    """All people Asterisk has, with their passwords. Raises AmiDown, AmiTimeout."""
    await _booted(socket)
    said = await run_command(socket, "pjsip show endpoints", ANSWER)
    people = [name for name in _ENDPOINT.findall(said) if PERSON.fullmatch(f"[{name}]")]
    return {one: _password(await run_command(socket, f"pjsip show auth {one}", ANSWER)) for one in people}


def _has(said: str, id_: str) -> bool:
    parts = (rf"^ Endpoint: +{id_}[ /]", rf"^ +InAuth: +{id_}/", rf"^ +Aor: +{id_} ")
    return all(re.search(part, said, re.MULTILINE) for part in parts)


def _password(said: str) -> str:
    found = _PASSWORD.search(said)
    return found[1] if found else ""


def _contacts(said: str, id_: str) -> tuple[str, ...]:
    keys = (line.partition(":")[0].strip() for line in said.splitlines())
    return tuple(
        key.removeprefix("/registrar/") for key in keys if key.startswith(f"/registrar/contact/{id_};@")
    )


def _legs(said: str, id_: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Name is the first and the bridge the thirteenth field of a concise line."""
    lines = [line.split("!") for line in said.splitlines() if line.count("!") >= 13]
    found = []
    for line in lines:
        if line[0].startswith(f"PJSIP/{id_}-"):
            with_it = [one for one in lines if one is not line and line[12] and one[12] == line[12]]
            found.append((line[0], tuple(_callers(with_it))))
    return tuple(found)


def _callers(lines: Sequence[Sequence[str]]) -> Sequence[str]:
    return [one[0] for one in lines if re.fullmatch(r"PJSIP/[A-Za-z0-9_.-]+", one[0])]


async def _booted(socket: Path) -> None:
    """Before all modules are there nothing is found, which would look like gone. Raises AmiDown."""
    if "fully booted" not in await run_command(socket, "core waitfullybooted", ANSWER):
        raise AmiDown("Asterisk is starting")


def differences(settings: Settings) -> tuple[set[str], set[str]]:
    """Whom Asterisk does not know as the accounts have them, and whom it knows without an account.

    Raises AmiDown, AmiTimeout.
    """
    theirs = asyncio.run(known(settings.asterisk_control))
    ours = {one.id: one.secret for one in accounts.load(settings)}
    new = {id_ for id_, secret in ours.items() if theirs.get(id_) != secret}
    return new, theirs.keys() - ours.keys()
