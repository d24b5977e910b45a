"""Passwords: Argon2id, long rather than strange, none that everybody knows (ASVS V2.1); edge (threads)."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from config.told import told

T = TypeVar("T")
SHORTEST: Final = 12
LONGEST: Final = 128


class PasswordRefused(ValueError):
    """Too short, too long, or one that everybody tries first."""


def check(password: str, *, login: str, person: str) -> None:
    """Raises PasswordRefused; there are no rules about kinds of letters."""
    if len(password) < SHORTEST:
        raise PasswordRefused(
            told(
                "password: at least {shortest} characters; four words are easy to remember", shortest=SHORTEST
            )
        )
    if len(password) > LONGEST:
        raise PasswordRefused(told("password: at most {longest} characters", longest=LONGEST))
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its words are read only when a password is chosen

    plain = password.casefold()
    own = [login, *person.casefold().split(), "111", *ROLES]
    guessed = zxcvbn(plain[:READ], user_inputs=own)["score"] < STRONG
    if guessed or _known(plain) or any(len(word) > 3 and _rest(plain, word) < SHORTEST // 2 for word in own):
        raise PasswordRefused(told("password: one that others would guess; choose several words of your own"))


def _rest(password: str, word: str) -> int:
    """How much is left when the word is taken out."""
    return len(password.replace(word, "")) if word in password else len(password)


def _known(plain: str) -> bool:
    """What zxcvbn, which knows 30,000 passwords in Latin letters, does not know: ours, in Cyrillic."""
    letters = "".join(c for c in plain if c.isalpha())
    if len(letters) > 3 and any(letters in row or letters[::-1] in row for row in ROWS):
        return True
    return any(letters == word * times for word in COMMON for times in (1, 2, 3))


STRONG: Final = 3  # of 4: some 10^8 guesses and more
ROLES: Final = ("consultant", "supervisor", "administrator", "auditor", "helpline", "kazakhstan")
READ: Final = 40  # characters that zxcvbn looks at
ROWS: Final = ("йцукенгшщзхъфывапролджэячсмитьбю", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "әіңғүұқөһ")
COMMON: Final = frozenset(
    """
пароль құпиясөз құпия қазақстан казахстан алматы астана консультант супервайзер администратор әкімші
аудитор оператор бастық начальник супер люблю любовь махаббат привет сәлем жаным солнышко кызым қызым
балам апашка мамочка ақниет нұрлан айгүл динара алия марат
""".split()
)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's defaults: Argon2id, 64 MiB, 3 passes


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    """A hash that fits nothing: an unknown login takes as long as a known one."""
    return hasher.hash("nobody's password, never given to anybody")


class Passwords:
    """Hashes one after another in a thread behind everything else: ten sign-ins must not slow the line.

    `hasher`: other costs than the library's, for tests that sign in by the hundred.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _hasher()
        self._thread = ThreadPoolExecutor(1, "passwords", _behind_all)

    async def check(self, password: str, *, login: str, person: str) -> None:
        """As `check`; a strange password may take zxcvbn seconds. Raises PasswordRefused."""
        await self._run(partial(check, password, login=login, person=person))

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        return await self._run(self._hasher.hash, password)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is that password; as slow for `kept` None, which is never."""
        return await self._run(partial(_fits, self._hasher), password[: 4 * LONGEST], kept)

    async def _run(self, work: Callable[..., T], *words: str | None) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *words)


def _behind_all() -> None:
    """Linux keeps a niceness for each thread."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)


def _fits(hasher: PasswordHasher, password: str, kept: str | None) -> bool:
    try:
        hasher.verify(kept or _nobodys(hasher), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
