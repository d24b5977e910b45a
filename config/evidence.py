"""What the centre sets about recordings as evidence: authorities, legal bases, terms, retention."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Identification = Literal["date", "number"]


class Authority(BaseModel):
    """A body that may demand recordings."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    name_kk: str
    name_ru: str


class Basis(BaseModel):
    """The clause a demand rests on: what it must name, its term, and why one without goes back."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,16}$")
    law_kk: str
    law_ru: str
    required: tuple[Identification, ...] = ()
    term_hours: float = Field(gt=0)  # clock hours, where the letter names no term
    ground_kk: str = ""  # why a demand without the required fields is returned
    ground_ru: str = ""


class RetentionPolicy(BaseModel):
    """How long one kind of call's audio, or the journal's rows of it, are kept; without one: for ever.

    `stints`: what each consultant did from when to when; `channel_log`: Asterisk's own event log.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    what: Literal["audio", "journal", "channel_log", "stints"]
    outcomes: tuple[str, ...] = ()  # as `calls list` names them; empty: every kind
    days: int = Field(ge=1)
    source: str  # the law or order it rests on, as text


class FolderCopy(BaseModel):
    """Statements are copied to a folder: a mounted share, a disk that is taken away."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["folder"]
    id: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    folder: Path


class MailCopy(BaseModel):
    """Statements go by mail, the two files attached."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["mail"]
    id: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    host: str
    port: int = Field(25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: str
    to: tuple[str, ...] = Field(min_length=1)
    user: str = ""
    password_file: Path | None = None
    seconds: float = Field(30.0, gt=0)  # for one attempt


class WebhookCopy(BaseModel):
    """Statements are posted as JSON: {"statement": the signed body, "signature", "public_key"}."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["webhook"]
    id: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    url: str = Field(pattern=r"^https?://")
    token_file: Path | None = None  # sent as a bearer token
    seconds: float = Field(30.0, gt=0)  # for one attempt


StatementCopy = Annotated[FolderCopy | MailCopy | WebhookCopy, Field(discriminator="kind")]


AUTHORITIES = (
    Authority(
        id="informatisation",
        name_kk="Ақпараттандыру саласындағы уәкілетті орган",
        name_ru="Уполномоченный орган в сфере информатизации",
    ),
    Authority(
        id="service_quality",
        name_kk="Мемлекеттік көрсетілетін қызметтер сапасын бағалау және бақылау жөніндегі уәкілетті орган",
        name_ru="Уполномоченный орган по оценке и контролю за качеством оказания государственных услуг",
    ),
)

# 4 h under A19 is the configured term where the letter is silent: by analogy with C6, see docs/duties.md.
BASES = (
    Basis(
        id="A19",
        law_kk="2024 жылғы 28 маусымдағы № 378/НҚ бұйрық, 6-тармақ",
        law_ru="Приказ от 28 июня 2024 года № 378/НҚ, пункт 6",
        term_hours=4,
    ),
    Basis(
        id="C6",
        law_kk="2016 жылғы 26 қаңтардағы № 83 бұйрық, 14-тармақ",
        law_ru="Приказ от 26 января 2016 года № 83, пункт 14",
        required=("date", "number"),
        term_hours=4,
        ground_kk="талапта қоңырау күні мен көрсетілетін қызметті алушының телефон нөмірі көрсетілуге тиіс",
        ground_ru="в требовании должны быть указаны дата звонка и номер телефона услугополучателя",
    ),
)
