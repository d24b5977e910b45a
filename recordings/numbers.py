"""Callers' numbers hidden and found again: one key for however a number is written (C6, A5)."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MARK = "h1:"
_NONCE = 12


def one_form(text: str) -> str:
    """8 701…, +7 701… and 701… are one number: +7701…; what is no public number keeps its digits.

    The form numbers are indexed in. Empty for text without a digit.
    """
    digits = re.sub(r"[^0-9]", "", text)
    plus = text.strip().startswith("+")
    if not plus and digits.startswith("810") and len(digits) > 11:
        return "+" + digits[3:]
    if not plus and digits.startswith("00") and len(digits) > 9:
        return "+" + digits[2:]
    try:
        parsed = phonenumbers.parse(("+" if plus else "") + digits, "KZ")
    except phonenumbers.NumberParseException:
        return digits
    if phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return digits


class Numbers:
    """Hides text (a number, a letter's words) and makes the key a hidden number is found by."""

    def __init__(self, hiding: bytes, indexing: bytes) -> None:
        self._cipher = AESGCM(hiding)
        self._indexing = indexing

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
        try:
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], b"").decode()
        except InvalidTag as error:
            raise ValueError("hidden with another key, or altered") from error

    @staticmethod
    def is_hidden(text: str) -> bool:
        """Whether `hide` made it."""
        return text.startswith(_MARK)

    def index(self, number: str) -> str:
        """The same for every way `number` may be written; tells nothing without the key."""
        digest = hmac.new(self._indexing, one_form(number).encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest[:18]).decode()
