"""Callers' numbers hidden and found again: one key for however a number is written (C6, A5)."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.privacy.phone_number import forms, index_form

_MARK = "h1:"
_NONCE = 12
FORM = "2:"  # begins every index; another one when one_form changes its answers: rows are indexed anew


class Numbers:
    """Hides text (a number, a letter's words) and makes the key a hidden number is found by."""

    def __init__(self, hiding: bytes, indexing: bytes, rows: bytes | None = None) -> None:
        """`rows`: the key of the chain of rows, empty while it is missing; None: made from `indexing`."""
        self._cipher = AESGCM(hiding)
        self._indexing = indexing
        self._rows = rows

    @cached_property
    def rows_key(self) -> bytes:
        """What entries of the chain of rows are made with (recordings/rows); empty while it is missing."""
        if self._rows is not None:
            return self._rows
        return hmac.new(self._indexing, b"ivr111 rows", hashlib.sha256).digest()

    def hide(self, text: str) -> str:
        """`text` encrypted, different every time."""
        nonce = secrets.token_bytes(_NONCE)
        return _MARK + urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), b"")).decode()

    def reveal(self, hidden: str) -> str:
        """What was hidden; text written before numbers were hidden comes back as it is.

        ValueError when it was altered or hidden with another key.
        """
        if not self.is_hidden(hidden):
            return hidden
        raw = urlsafe_b64decode(hidden[len(_MARK) :])
        if _MARK + urlsafe_b64encode(raw).decode() != hidden:  # the decoder passes over what it does not know
            raise ValueError("altered")
        try:
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], b"").decode()
        except InvalidTag as error:
            raise ValueError("hidden with another key, or altered") from error

    def hide_bytes(self, raw: bytes, about: bytes) -> bytes:
        """`raw` encrypted; it opens only as what it is `about`."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, raw, about)

    def reveal_bytes(self, hidden: bytes, about: bytes) -> bytes:
        """What `hide_bytes` hid. ValueError when altered, of another place, or hidden with another key."""
        try:
            return self._cipher.decrypt(hidden[:_NONCE], hidden[_NONCE:], about)
        except InvalidTag as error:
            raise ValueError("hidden with another key, or altered") from error

    @staticmethod
    def is_hidden(text: str) -> bool:
        """Whether `hide` made it."""
        return text.startswith(_MARK)

    def index(self, number: str) -> str:
        """The same for every way `number` may be written; tells nothing without the key. Never refuses."""
        return self._of_form(index_form(number))

    def indexes(self, number: str) -> tuple[str, ...]:
        """All that calls of the number a person wrote may be indexed by. Raises NotAPhoneNumber (C6, A19)."""
        return tuple(self._of_form(form) for form in forms(number))

    def digest(self, kind: str, text: str) -> str:
        """What a folded word is found by; tells nothing without the key."""
        made = hmac.new(self._indexing, f"{kind}\0{text}".encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(made[:12]).decode()

    def _of_form(self, form: str) -> str:
        digest = hmac.digest(self._indexing, form.encode(), "sha256")
        return FORM + urlsafe_b64encode(digest[:18]).decode()
