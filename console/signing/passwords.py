"""Passwords: Argon2id, long rather than strange, none that everybody knows (ASVS V2.1); edge: threads."""

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

SHORTEST: Final = 12
LONGEST: Final = 128
AT_ONCE: Final = 2  # each costs 64 MiB and a tenth of a second of one core


class PasswordRefused(ValueError):
    """Too short, too long, or one that everybody tries first."""


def check(password: str, *, login: str, person: str) -> None:
    """Raises PasswordRefused; there are no rules about kinds of letters."""
    if len(password) < SHORTEST:
        raise PasswordRefused(f"password: at least {SHORTEST} characters; four words are easy to remember")
    if len(password) > LONGEST:
        raise PasswordRefused(f"password: at most {LONGEST} characters")
    plain = password.casefold()
    own = [login, *person.casefold().split(), "111"]
    guessed = zxcvbn(plain[:READ], user_inputs=own)["score"] < STRONG
    if guessed or _known(plain) or any(len(word) > 3 and _rest(plain, word) < SHORTEST // 2 for word in own):
        raise PasswordRefused("password: one that others would guess; choose several words of your own")


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
READ: Final = 72  # characters that zxcvbn looks at
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
def _nobodys() -> str:
    """A hash that fits nothing: an unknown login takes as long as a known one."""
    return _hasher().hash("nobody's password, never given to anybody")


class Passwords:
    """Hashes in threads, two at once: ten sign-ins must not slow the line (issue 4)."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        async with self._slots:
            return await asyncio.to_thread(_hasher().hash, password)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is that password; as slow for `kept` None, which is never."""
        async with self._slots:
            return await asyncio.to_thread(_fits, password[: 4 * LONGEST], kept)


def _fits(password: str, kept: str | None) -> bool:
    try:
        _hasher().verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
