"""The lab beside a running line: its addresses and accounts from run/lab.json, phones made for them; edge."""

from pathlib import Path

from pydantic import BaseModel

from lab.identity import Identity
from lab.media import Pacer
from lab.phone import Phone
from lab.robots import Caller, Consultant, Duty, Mode, Step, Ucc
from lab.sip import Address
from lab.voice import Voice, tone
from lab.wire import Credentials


class Place(BaseModel):
    """A UDP address and what is dialled to get there."""

    number: str = ""
    address: str
    port: int = 0

    @property
    def udp(self) -> Address:
        """As sockets want it."""
        return self.address, self.port


class Account(BaseModel):
    """A digest account; `id` and `languages` only for consultants."""

    id: str = ""
    username: str
    password: str
    languages: list[str] = []


class FeatureCodes(BaseModel):
    """What consultants press or dial."""

    transfer_1414: str
    pause: str
    release: str


class LabFacts(BaseModel):
    """run/lab.json, written by the engine when the line is up; keys not named here are left alone."""

    sip: Place
    number: str
    trunk: Place
    test_caller: Account
    consultants: list[Account]
    supervisors: list[Account] = []
    unified_contact_centre: Place
    duty_phone: Place
    feature_codes: FeatureCodes
    ports: dict[str, int] = {}
    pids: dict[str, int] = {}


CONSULTANTS_FROM = "127.0.0.3"
TEST_CALLER_FROM = "127.0.0.7"


class Lab:
    """Makes phones that share one ticker; `async with Lab.open(path) as lab` closes them all.

    Voices are tones of their own: consultants 1000, 1100, ... Hz in the order of lab.json, 1414 700 Hz,
    the duty phone 850 Hz, callers 400 Hz unless told otherwise.
    """

    def __init__(self, facts: LabFacts) -> None:
        self.facts = facts
        self.pacer = Pacer()
        self.phones: list[Phone] = []

    @classmethod
    def open(cls, path: Path) -> "Lab":
        """From lab.json. Raises OSError, pydantic.ValidationError."""
        return cls(LabFacts.model_validate_json(path.read_bytes()))

    async def __aenter__(self) -> "Lab":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all phones."""
        for phone in self.phones:
            await phone.close()
        self.phones.clear()

    def phone(
        self,
        here: Address,
        *,
        user: str = "lab",
        voice: Voice | None = None,
        credentials: Credentials | None = None,
        identity: Identity | None = None,
    ) -> Phone:
        """Any phone. Raises OSError when the address is taken."""
        server = self.facts.sip.udp
        made = Phone(
            here, server, user=user, credentials=credentials, identity=identity, voice=voice, pacer=self.pacer
        )
        self.phones.append(made)
        return made

    def trunk_phone(self, voice: Voice | None = None, identity: Identity | None = None) -> Phone:
        """A caller's side: calls come from the trunk's address, no account."""
        here = (self.facts.trunk.address, 0)
        return self.phone(here, voice=voice or tone(400), identity=identity or Identity())

    def caller(self, *script: Step, voice: Voice | None = None, identity: Identity | None = None) -> Caller:
        """A caller from the trunk with a script; `await caller.run()`."""
        return Caller(self.trunk_phone(voice, identity), script)

    def test_caller(self, voice: Voice | None = None) -> Phone:
        """The test caller's account, from an address that is not the trunk's."""
        account = self.facts.test_caller
        secret = Credentials(account.username, account.password)
        return self.phone(
            (TEST_CALLER_FROM, 0), user=account.username, voice=voice or tone(450), credentials=secret
        )

    def consultant(
        self,
        which: int | str = 0,
        *,
        answer_after: float = 0.5,
        talk: float | None = None,
        codes: tuple[tuple[float, str], ...] = (),
        voice: Voice | None = None,
    ) -> Consultant:
        """The consultant with this place in lab.json or this id; `await consultant.start()` registers."""
        ids = [account.id for account in self.facts.consultants]
        place = which if isinstance(which, int) else ids.index(which)
        account = self.facts.consultants[place]
        phone = self.phone(
            (CONSULTANTS_FROM, 0),
            user=account.username,
            voice=voice or tone(1000 + 100 * place),
            credentials=Credentials(account.username, account.password),
        )
        return Consultant(phone, answer_after=answer_after, talk=talk, codes=codes)

    def supervisor(self, which: int = 0, *, answer_after: float = 0.2) -> Consultant:
        """A supervisor's phone: it answers, and listens."""
        account = self.facts.supervisors[which]
        phone = self.phone(
            (CONSULTANTS_FROM, 0),
            user=account.username,
            voice=tone(1700),
            credentials=Credentials(account.username, account.password),
        )
        return Consultant(phone, answer_after=answer_after)

    def ucc(self, mode: Mode = "answers", *, talk: float | None = None) -> Ucc:
        """The 1414 of the lab."""
        place = self.facts.unified_contact_centre
        return Ucc(self.phone(place.udp, user=place.number, voice=tone(700)), mode, talk=talk)

    def duty(self, *, press_1: bool = True, talk: float | None = None) -> Duty:
        """The duty phone of the lab."""
        place = self.facts.duty_phone
        return Duty(self.phone(place.udp, user=place.number, voice=tone(850)), press_1=press_1, talk=talk)
