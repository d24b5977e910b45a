"""Passwords: Argon2id, long rather than strange, none that everybody knows (ASVS V2.1); edge: threads."""

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

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
    own = [login, *person.casefold().split()]
    if _known(plain) or any(len(word) > 3 and _rest(plain, word) < SHORTEST // 2 for word in own):
        raise PasswordRefused("password: one that others would guess; choose several words of your own")


def _rest(password: str, word: str) -> int:
    """How much is left when the word is taken out."""
    return len(password.replace(word, "")) if word in password else len(password)


def _known(plain: str) -> bool:
    """Repetitions, runs of the keyboard, and well-known words with figures around them.

    Lists of leaked passwords hold few of twelve characters and more: those are such patterns.
    """
    if len(set(plain)) < 5:
        return True
    for size in range(1, 5):
        if plain == (plain[:size] * len(plain))[: len(plain)]:
            return True
    for row in ROWS:
        if plain in row * 3 or plain[::-1] in row * 3:
            return True
    letters = "".join(c for c in plain if c.isalpha())
    if len(letters) > 3 and any(letters in row for row in ROWS):
        return True
    return letters in COMMON or any(word * 2 == letters or word * 3 == letters for word in COMMON)


ROWS: Final = (
    "1234567890",
    "qwertyuiop",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "abcdefghijklmnopqrstuvwxyz",
    "йцукенгшщзхъ",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "qwerty123456",
    "q1w2e3r4t5y6u7i8o9p0",
)
COMMON: Final = frozenset(
    """
password passwort passw parol parolparol пароль құпиясөз құпия qwerty qwertyui admin administrator
administratoradmin root welcome letmein iloveyou monkey dragon master sunshine princess football
secret changeme changeit default temp temporary test testtest user guest login kazakhstan қазақстан
казахстан almaty алматы astana астана contact center centre callcenter operator consultant supervisor
auditor консультант супервайзер администратор әкімші аудитор hello hellohello супер люблю любовь
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
