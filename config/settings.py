"""All settings: a TOML file, each one with an environment override (IVR111_NAME)."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.appeals import TERMS, Term
from config.evidence import AUTHORITIES, BASES, Authority, Basis, RetentionPolicy, StatementCopy
from config.hand_over import ESCALATION, EscalationStep, MailRelay
from config.home import (
    THROUGH_SUDO,
    by_sudo,
    chosen_home,
    ignored_settings,
    require_trusted,
    settings_of_line,
)
from config.home_paths import HomePaths
from config.pause_reasons import PAUSE_REASONS
from config.told import told

Language = Literal["kk", "ru"]
Role = Literal["consultant", "supervisor", "administrator", "auditor"]


class Person(BaseModel):
    """Who a system user is; until accounts exist this names the actor of the access log."""

    model_config = ConfigDict(extra="forbid")

    person: str
    role: Role


class Limits(BaseModel):
    """When a figure of the wallboard is a warning, and when critical; None: as for all queues."""

    model_config = ConfigDict(extra="forbid")

    wait_warning_seconds: float | None = Field(None, gt=0)
    wait_critical_seconds: float | None = Field(None, gt=0)
    waiting_warning: int | None = Field(None, ge=1)
    waiting_critical: int | None = Field(None, ge=1)
    service_level_warning: float | None = Field(None, gt=0, le=1)
    service_level_critical: float | None = Field(None, gt=0, le=1)
    abandoned_warning: float | None = Field(None, gt=0, le=1)
    abandoned_critical: float | None = Field(None, gt=0, le=1)


# Variables of the environment that are no settings: where settings are, logs of children, tests, bench.
BESIDE: Final = frozenset(
    {"IVR111_SETTINGS", "IVR111_LOG_STDERR", "IVR111_BENCH_ENGINE", "IVR111_DRILL_HOME"}
)


PORTS: Final = (
    "sip_port", "rtp_first", "rtp_last", "agi_port", "ami_port", "http_port", "ucc_port", "duty_port",
    "console_port", "console_plain_port",
)  # fmt: skip


def strangers(environment: Mapping[str, str]) -> list[str]:
    """Names that look like settings of ours and are none: a slip of the pen would be no setting at all."""
    ours = (name for name in environment if name.startswith("IVR111_"))
    return sorted(
        name
        for name in ours
        if name not in BESIDE and name[7:].lower().split("__")[0] not in Settings.model_fields
    )


class Settings(HomePaths, BaseSettings):
    """Settings of one copy of the line; times in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="IVR111_", env_nested_delimiter="__", extra="forbid")

    node: str = Field("n1", pattern=r"^[a-z0-9]{1,16}$")
    profile: Literal["lab", "site"] = "lab"
    time_zone: str = "Asia/Almaty"
    run_user: str = "ivr111"
    asterisk_user: str = "asterisk"
    console_user: str = "ivr111-console"
    evidence_user: str = "ivr111-evidence"
    mender_user: str = "ivr111-mender"
    journal_group: str = "ivr111-journal"  # those who write the journal: engine, evidence process, console

    # Addresses and ports.
    sip_address: str = "127.0.0.1"
    sip_port: int = 5060
    rtp_first: int = 20000
    rtp_last: int = 24000
    rtp_learned: bool = False  # sound also from elsewhere than a call's SDP says: phones behind NAT
    agi_address: str = "127.0.0.1"
    agi_port: int = 4573
    ami_address: str = "127.0.0.1"
    ami_port: int = 5038
    http_port: int = 8088
    trunk_addresses: list[str] = ["127.0.0.2"]
    trunk_behind_nat: list[str] = []  # those of them whose Contact cannot be reached: private, or a name
    # What callers dial to reach us, as the trunk delivers it; see dialplan/numbers.py for the spellings.
    own_numbers: list[Annotated[str, Field(pattern=r"^\+?[0-9]{2,15}$")]] = Field(["111"], min_length=1)
    ucc_address: str = "127.0.0.4"  # Unified Contact Centre 1414
    ucc_port: int = 5060
    duty_address: str = "127.0.0.5"
    duty_port: int = 5060
    duty_number: str = Field("duty", pattern=r"^[A-Za-z0-9+]{1,32}$")
    test_caller_address: str = "127.0.0.0/8"  # from where the lab's test caller may come; a LAN by setting

    # The call.
    default_language: Language = "kk"
    ring_seconds: int = Field(20, ge=3)  # a consultant's phone rings this long before the next is tried
    wrap_up_seconds: float = Field(30.0, ge=0)
    missed_ring_seconds: float = Field(60.0, ge=0)  # passed over this long after a missed ring
    short_conversation_seconds: float = Field(1.0, ge=0, le=10)  # a phone gone sooner has served nobody
    comfort_seconds: float = Field(30.0, gt=0)  # between comfort messages while waiting
    ucc_ring_seconds: int = Field(25, ge=3)
    duty_ring_seconds: int = Field(30, ge=3)
    advice_seconds: float = Field(20.0, gt=0)  # music between two rounds of advice
    law_wait_seconds: float = 40.0  # C1, by analogy (order 83, clause 7)

    # The wallboard: what is shown as a warning, and what as critical (decision 0050).
    service_level_seconds: float = Field(20.0, gt=0)  # T of the service level, from entering the queue
    wait_warning_seconds: float = Field(30.0, gt=0)
    wait_critical_seconds: float = Field(120.0, gt=0)
    waiting_warning: int = Field(3, ge=1)  # callers
    waiting_critical: int = Field(6, ge=1)
    service_level_warning: float = Field(0.80, gt=0, le=1)  # shares; below these
    service_level_critical: float = Field(0.60, gt=0, le=1)
    abandoned_warning: float = Field(0.05, gt=0, le=1)  # of the offered; at these
    abandoned_critical: float = Field(0.10, gt=0, le=1)
    queue_limits: dict[Language, Limits] = {}  # a queue's own, where they differ
    listening_shown: bool = False  # whether consultants see that a supervisor listens to them
    trunk_watch: str = Field("", pattern=r"^(sip:[A-Za-z0-9@.:_-]{1,100})?$")  # asked by OPTIONS; empty: not
    pause_reasons: tuple[str, ...] = PAUSE_REASONS  # one too long is refused when it is chosen, not here

    # The console: HTTPS; plain HTTP on loopback only. Port 0: none.
    console_address: str = "127.0.0.1"
    console_port: int = 8443
    console_plain_port: int = 8080
    console_names: tuple[str, ...] = ()  # further names and addresses the certificate is good for

    # Feature codes, pressed by consultants.
    code_transfer_1414: str = "*14"
    code_pause: str = "*22"
    code_release: str = "*23"

    # Recordings as evidence (A19, C6).
    low_space: float = Field(0.10, gt=0, lt=1)  # share of free space below which that happens
    raw_kept_seconds: float = Field(0.0, ge=0)  # raw audio stays so long after its sealed copy was checked
    statement_at: str = Field(
        "00:10", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
    )  # civil time, for the day before
    statement_minutes: float = Field(60.0, gt=0)  # at most so long between two statements
    statement_copies: tuple[StatementCopy, ...] = ()  # where each statement is handed to, out of this machine
    authorities: tuple[Authority, ...] = AUTHORITIES
    bases: tuple[Basis, ...] = BASES
    demand_warnings: tuple[float, ...] = (0.5, 0.8)  # shares of the term
    appeals_near_days: float = Field(7.0, ge=0)  # how far apart two appeals may be and be offered as one
    demand_closed_days: float = Field(92.0, ge=0)  # what a demand named stays so long after its end
    escalate_to: str = ""  # system user told of a missed term
    retention: tuple[RetentionPolicy, ...] = ()

    # The register of appeals.
    terms: tuple[Term, ...] = TERMS  # of the law (A23, C2)
    mail: MailRelay = MailRelay()  # takes what bodies are told by e-mail (A10)
    receipt_url: str = ""  # where bodies reach the receipt page, https://…; empty: no link leaves (A17)
    receipt_days: float = Field(92.0, gt=0)  # a link lives so long
    escalation: tuple[EscalationStep, ...] = ESCALATION  # when nobody receives or answers (A10, B1)
    statistics_smallest: int = Field(5, ge=2, le=1000)  # no public count is below it (A24)

    lang: Literal["kk", "ru", "en"] = "en"  # of the command line; engine/cli/language.py reads it
    log_format: Literal["json", "console"] = "json"
    people: dict[str, Person] = {}

    # Safety of the process. None of these ends a conversation or a wait.
    probe_seconds: float = 0.5
    probe_deadline: float = 2.0
    agi_reply_deadline: float = 5.0

    @model_validator(mode="after")
    def _behind_nat(self) -> "Settings":
        if strange := sorted(set(self.trunk_behind_nat) - set(self.trunk_addresses)):
            names = ", ".join(strange)
            raise ValueError(told("trunk_behind_nat: {names} is none of trunk_addresses", names=names))
        return self

    @field_validator(*PORTS)
    @classmethod
    def _port(cls, value: int) -> int:
        if not 0 <= value <= 65535:
            raise ValueError(told("a port is 0 to 65535"))
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError):
            raise ValueError(told("there is no such time zone; write one like Asia/Almaty")) from None
        return value

    @model_validator(mode="after")
    def _range(self) -> "Settings":
        if self.rtp_first >= self.rtp_last:
            raise ValueError(told("rtp_first lies before rtp_last"))
        return self

    @model_validator(mode="after")
    def _trusted(self) -> "Settings":
        """What root believes is nobody else's to write. Raises UnsafePlace."""
        for place in (self.home, self.setup, self.setup / "asterisk.json"):
            require_trusted(place)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit values first, then the environment, then that of the line that runs, then the TOML file.

        Raises UnsafePlace for a file that others can write, where root asks.
        """
        refused = ignored_settings(os.environ)
        heard = {name: value for name, value in os.environ.items() if name not in refused}
        home = chosen_home(heard)
        lines = settings_of_line(home)
        file = Path({**lines, **heard}.get("IVR111_SETTINGS", home / "settings.toml"))
        require_trusted(file)
        if isinstance(env_settings, EnvSettingsSource):
            own = env_settings.env_vars
            if by_sudo():
                names = {name.lower() for name in THROUGH_SUDO}
                own = {name: value for name, value in own.items() if name in names}
            running = {name.lower(): value for name, value in lines.items()}
            env_settings.env_vars = {**running, **own, "ivr111_home": str(home)}
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    def limit(self, name: str, language: str | None = None) -> float:
        """One of the wallboard's limits: the queue's own, else that of all."""
        own = getattr(self.queue_limits.get(cast(Language, language)), name, None)
        return float(getattr(self, name) if own is None else own)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The centre's civil time zone."""
        return ZoneInfo(self.time_zone)
