"""Bodies that must act or be told: kinds, regions, contacts by channel with validity; pure (A20, A21, B1)."""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class BodyKind(StrEnum):
    """What a body is; rules name kinds, the directory has the body of that kind in a region."""

    COMMISSIONER = "commissioner"  # of a region, for children's rights; a volunteer (B1)
    NATIONAL_COMMISSIONER = "national_commissioner"
    COMMITTEE = "committee"  # for protection of children's rights
    GUARDIANSHIP = "guardianship"
    INTERNAL_AFFAIRS = "internal_affairs"
    AMBULANCE = "ambulance"
    EDUCATION = "education"
    HEALTH = "health"
    SOCIAL_PROTECTION = "social_protection"
    CRISIS_CENTRE = "crisis_centre"
    PROSECUTOR = "prosecutor"
    JUSTICE = "justice"
    LABOUR = "labour"
    EMERGENCY = "emergency"
    AKIMAT = "akimat"
    CENTRAL = "central"  # any other central state body
    LOCAL = "local"  # any other local executive body


class ChannelKind(StrEnum):
    """How a body is told (A10)."""

    TELEPHONE = "telephone"
    EMAIL = "email"
    WEBHOOK = "webhook"
    LETTER = "letter"


# Of 20: 17 oblasts, the capital and two cities of republican significance besides (three cities in all).
REGIONS: tuple[str, ...] = (
    *("abai", "akmola", "aktobe", "almaty_region", "atyrau", "east_kazakhstan", "jetisu", "jambyl"),
    *("karaganda", "kostanay", "kyzylorda", "mangystau", "north_kazakhstan", "pavlodar", "turkistan"),
    *("ulytau", "west_kazakhstan", "astana", "almaty", "shymkent"),
)
NATIONWIDE = ""  # region of a central body


@dataclass(frozen=True, slots=True)
class BodyContact:
    """One way to one person of a body, in the order deputies are tried.

    `address`: number as dialled (+7…), e-mail, https URL, or postal address. `example`: marked as invented:
    nothing is sent there outside the lab.
    """

    id: int
    body: str
    channel: ChannelKind
    address: str
    holder: str  # who answers there, by office: "on duty", "deputy"
    order: int  # 1 first; deputies follow
    valid_from: date | None = None
    valid_until: date | None = None  # inclusive
    plain_mail: bool = False  # TLS not required: the body's server has none
    example: bool = False

    def valid_on(self, day: date) -> bool:
        """Both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of work on a weekday (1 Monday … 7 Sunday), local time; until 24:00 is time.max."""

    weekday: int
    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Body:
    """One body of the directory; `region` "" nationwide; `topics` directions it has, empty: all."""

    id: str
    kind: BodyKind
    region: str
    name_kk: str
    name_ru: str
    language: str = "kk"  # in which it is written to
    topics: tuple[str, ...] = ()
    above: str = ""  # the body above it: complaints about it go there (B6)
    hours: tuple[Hours, ...] = ()  # empty: round the clock
    contacts: tuple[BodyContact, ...] = field(default=())
    valid_from: date | None = None
    valid_until: date | None = None  # inclusive
    example: bool = False
    closed: bool = False  # no longer told anything; kept for its past hand-overs

    def valid_on(self, day: date) -> bool:
        """Both ends included; a closed body on no day."""
        return (
            not self.closed
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )

    def name(self, language: str) -> str:
        """In Kazakh or Russian."""
        return self.name_ru if language == "ru" else self.name_kk
