"""The keys of evidence: files outside the database, made once, read by whoever needs them; edge.

master-N.key  wraps each sealed recording's own key; the highest N is the current one
numbers.key   hides callers' numbers, index.key finds them
rows.key      makes entries of the chain of rows, for every process that writes rows
appeals.key   hides what appeals hold of people; index.key finds it
second-factor.key  hides the secrets of second factors, for the console, which gets no other key
statement.key signs daily statements and packages (Ed25519); its public half is statement.pub
"""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import no_follow
from config.durable import flush_folder
from config.told import told
from recordings.privacy.numbers import Numbers

_NONCE = 12
SECOND_FACTOR: Final = "second-factor.key"
ROWS: Final = "rows.key"
APPEALS: Final = "appeals.key"


class KeyMissing(Exception):
    """A key file is not there or not readable; the text names it and says what to do."""


class WrongKey(Exception):
    """The master key at hand does not open this."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A file's key, wrapped by master key `key_id`; `text` is hex."""

    key_id: int
    text: str


class Keyring:
    """Reads a key when it is first needed; one missing key stops only what needs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def masters(self) -> tuple[int, ...]:
        """Numbers of the master keys at hand, ascending."""
        names = (
            re.fullmatch(r"master-([0-9]{1,6})\.key", path.name) for path in self._folder.glob("master-*.key")
        )
        return tuple(sorted(int(match[1]) for match in names if match))

    def wrap(self, key: bytes, about: str) -> Wrapped:
        """`about`: the recording id, bound in. Raises KeyMissing."""
        known = self.masters()
        if not known:
            raise KeyMissing(
                told(
                    "no master key in {folder}: put it back from its safe copy; see ivr111 doctor",
                    folder=self._folder,
                )
            )
        return self.wrap_with(known[-1], key, about)

    def wrap_with(self, key_id: int, key: bytes, about: str) -> Wrapped:
        """As `wrap`, by a chosen master key."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._read(f"master-{key_id}.key")).encrypt(nonce, key, about.encode())
        return Wrapped(key_id, (nonce + sealed).hex())

    def unwrap(self, wrapped: Wrapped, about: str) -> bytes:
        """Raises KeyMissing, WrongKey."""
        master = AESGCM(self._read(f"master-{wrapped.key_id}.key"))
        try:
            raw = bytes.fromhex(wrapped.text)
            return master.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode())
        except (InvalidTag, ValueError, TypeError) as error:  # altered: any text, or none
            raise WrongKey(
                told(
                    "master key {key_id} does not open the key of {about}", key_id=wrapped.key_id, about=about
                )
            ) from error

    def numbers(self) -> Numbers:
        """Raises KeyMissing."""
        return Numbers(self._read("numbers.key"), self._read("index.key"), self._rows())

    def second_factors(self) -> Numbers:
        """Hides and reveals the secrets of second factors. Raises KeyMissing."""
        key = self._read(SECOND_FACTOR)
        return Numbers(key, key, self._rows())

    def appeals(self) -> Numbers:
        """Hides and reveals what appeals hold of people. Raises KeyMissing."""
        return Numbers(self._read(APPEALS), self._read("index.key"), self._rows())

    def _rows(self) -> bytes:
        """Empty while it is missing: rows are then written all the same, and named as never entered."""
        try:
            return self._read(ROWS)
        except KeyMissing:
            return b""

    def signer(self) -> Ed25519PrivateKey:
        """Raises KeyMissing."""
        return Ed25519PrivateKey.from_private_bytes(self._read("statement.key"))

    def public(self) -> bytes:
        """32 bytes: what everybody may know, and outsiders check with. Raises KeyMissing."""
        return self._read("statement.pub")

    def new_master(self) -> int:
        """Make the next master key; its number. The old ones stay until nothing is wrapped by them."""
        number = (self.masters() or (0,))[-1] + 1
        _write(self._folder / f"master-{number}.key", secrets.token_bytes(32))
        return number

    def remove_master(self, number: int) -> None:
        """Only once nothing is wrapped by it any more."""
        (self._folder / f"master-{number}.key").unlink(missing_ok=True)
        flush_folder(self._folder)

    def make(self) -> None:
        """Make every key that is not there; for a home that has nothing sealed yet."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self.masters():
            self.new_master()
        for name in ("numbers.key", "index.key", SECOND_FACTOR, ROWS, APPEALS):
            self.make_one(name)
        if not (self._folder / "statement.key").exists():
            _write(self._folder / "statement.key", Ed25519PrivateKey.generate().private_bytes_raw())
        if not (self._folder / "statement.pub").exists():
            _write(self._folder / "statement.pub", self.signer().public_key().public_bytes_raw())

    def make_one(self, name: str) -> bool:
        """Make a key of random bytes if it is not there; whether it was made."""
        if (self._folder / name).exists():
            return False
        _write(self._folder / name, secrets.token_bytes(32))
        return True

    def missing(self) -> tuple[str, ...]:
        """Names of the key files that are not there."""
        names = (
            *("numbers.key", "index.key", SECOND_FACTOR, ROWS, APPEALS),
            *("statement.key", "statement.pub"),
        )
        absent = tuple(name for name in names if not (self._folder / name).exists())
        return absent if self.masters() else ("master-1.key", *absent)

    def _read(self, name: str) -> bytes:
        file = self._folder / name
        try:
            key = bytes.fromhex(file.read_text(encoding="ascii").strip())
        except FileNotFoundError as error:
            raise KeyMissing(
                told("{file} is missing: put it back from its safe copy; see ivr111 doctor", file=file)
            ) from error
        except (OSError, ValueError) as error:
            raise KeyMissing(
                told("{file} cannot be read ({error}): see ivr111 doctor", file=file, error=error)
            ) from error
        if len(key) != 32:
            raise KeyMissing(
                told(
                    "{file} is no key (32 bytes as hex are needed): put it back from its safe copy", file=file
                )
            )
        return key


def _write(path: Path, key: bytes) -> None:
    """Flushed and renamed into place; readable for owner and group only."""
    no_follow.write_whole(path, f"{key.hex()}\n".encode())
