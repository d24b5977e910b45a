"""Envelope of a package, in age's format, for the receiver's key or a passphrase; edge."""

from typing import BinaryIO

import pyrage

from config.told import told


class WrongRecipient(ValueError):
    """This is no age recipient."""


def for_recipient(package: BinaryIO, into: BinaryIO, recipient: str) -> None:
    """Encrypt to "age1..."; `age -d -i KEY` opens it. Raises WrongRecipient, OSError."""
    try:
        known = pyrage.x25519.Recipient.from_str(recipient.strip())
    except Exception as error:
        raise WrongRecipient(
            told("no age recipient: it begins with age1; the receiver makes one with age-keygen")
        ) from error
    pyrage.encrypt_io(package, into, [known])


def with_passphrase(package: BinaryIO, into: BinaryIO, passphrase: str) -> None:
    """Encrypt with a passphrase (scrypt); `age -d` asks for it. Raises WrongRecipient for an empty one."""
    if len(passphrase) < 12:
        raise WrongRecipient(told("the passphrase is shorter than 12 characters: choose a longer one"))
    into.write(pyrage.passphrase.encrypt(package.read(), passphrase))
