"""One person's account, and what it must look like; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from config.refusals import Code, refused
from config.settings import Person, Role

Speech = Literal["kk", "ru", "en"]
LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}")
CONSULTANT: Final = re.compile(r"c[0-9]{2,6}")
PHONE: Final = re.compile(r"s[0-9]{2,6}")
TWO_FACTORS: Final[frozenset[Role]] = frozenset({"administrator", "auditor"})


class AccountRefused(ValueError):
    """The account cannot be as it was asked for; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """`login` is also the system user under which the access log knows the person (settings.people)."""

    login: str
    person: str
    role: Role
    consultant: str | None = None  # whose seat the person has at the line
    phone: str | None = None  # a supervisor's own phone
    language: Speech = "kk"
    disabled: bool = False
    second_factor: bool = False  # enrolled

    @property
    def needs_second_factor(self) -> bool:
        """Whoever pulls recordings or reads the access log (A5, A18)."""
        return self.role in TWO_FACTORS


def new(
    login: str,
    person: str,
    role: str,
    *,
    consultant: str | None,
    phone: str | None,
    language: str,
    people: Mapping[str, Person],
) -> Account:
    """A checked account. Raises AccountRefused."""
    if not LOGIN.fullmatch(login):
        raise AccountRefused(refused(Code.LOGIN_UNFIT))
    known = people.get(login)
    if known is not None:
        person, role = person or known.person, role or known.role
        if (person, role) != (known.person, known.role):
            raise AccountRefused(
                refused(
                    Code.LOGIN_NAMED_OTHERWISE,
                    login=login,
                    person=known.person,
                    role=known.role,
                )
            )
    if role not in get_args(Role):
        raise AccountRefused(refused(Code.UNKNOWN_ROLE, names=", ".join(get_args(Role))))
    person = person.strip()
    if not person or not person.isprintable() or len(person) > 80:
        raise AccountRefused(refused(Code.NAME_UNFIT))
    if language not in get_args(Speech):
        raise AccountRefused(refused(Code.UNKNOWN_LANGUAGE))
    _check_seat(role, consultant, phone)
    return Account(login, person, cast(Role, role), consultant, phone, cast(Speech, language))


def _check_seat(role: str, consultant: str | None, phone: str | None) -> None:
    """A consultant's account has a seat, a supervisor's may have a phone. Raises AccountRefused."""
    if (role == "consultant") != (consultant is not None):
        raise AccountRefused(refused(Code.SEAT_MISSING))
    if consultant is not None and not CONSULTANT.fullmatch(consultant):
        raise AccountRefused(refused(Code.SEAT_UNFIT))
    if phone is not None and (role != "supervisor" or not PHONE.fullmatch(phone)):
        raise AccountRefused(refused(Code.PHONE_UNFIT))
