"""Container of sealed sound: AES-256-GCM in chunks bound to their order and to the end (STREAM); pure.

magic (8) · length of the header (4, big endian) · header (JSON) · chunks of 65,536 + 16 bytes, the last one
shorter. Nonce: 7 bytes of the header, 4 of the chunk's number, 1 that says "last". The header's SHA-256 is
bound to every chunk. So nothing can be altered, moved, swapped, cut off or added without being named, and
any place is read without what lies before it.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"IVR111S1"
CHUNK = 65536  # bytes of plain text
TAG = 16
SEALED_CHUNK = CHUNK + TAG
PREFIX = 7
LONGEST_HEADER = 4096


class ContainerDamaged(Exception):
    """Not as it was sealed; the text says where: "header", "chunk 3", "end"."""


@dataclass(frozen=True, slots=True)
class ContainerHeader:
    """`raw` is all that stands before the first chunk, `prefix` begins every nonce."""

    raw: bytes
    recording_id: str
    prefix: bytes

    @property
    def bound(self) -> bytes:
        """Authenticated with every chunk."""
        return hashlib.sha256(self.raw).digest()


def new_header(recording_id: str, prefix: bytes) -> ContainerHeader:
    """`prefix`: 7 random bytes, never twice with one key; each file has a key of its own."""
    fields = {"chunk": CHUNK, "nonce": prefix.hex(), "recording": recording_id}
    text = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    return ContainerHeader(MAGIC + struct.pack(">I", len(text)) + text, recording_id, prefix)


def read_header(head: bytes) -> ContainerHeader:
    """From a file's first bytes. Raises ContainerDamaged."""
    try:
        if head[:8] != MAGIC:
            raise ValueError
        (length,) = struct.unpack_from(">I", head, 8)
        text = head[12 : 12 + length]
        fields = json.loads(text)
        header = ContainerHeader(
            head[: 12 + length], str(fields["recording"]), bytes.fromhex(fields["nonce"])
        )
        if len(text) != length or fields["chunk"] != CHUNK or len(header.prefix) != PREFIX:
            raise ValueError
        if new_header(header.recording_id, header.prefix).raw != header.raw:
            raise ValueError
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise ContainerDamaged("header") from error
    return header


def seal(key: bytes, header: ContainerHeader, plain: Iterable[bytes]) -> Iterator[bytes]:
    """The file's bytes, part by part; `plain` in parts of any size."""
    cipher, number, held = AESGCM(key), 0, b""
    yield header.raw
    for part in plain:
        held += part
        while len(held) > CHUNK:  # not >=: the last chunk must be known as such
            yield cipher.encrypt(_nonce(header, number, False), held[:CHUNK], header.bound)
            held = held[CHUNK:]
            number += 1
    yield cipher.encrypt(_nonce(header, number, True), held, header.bound)


def chunks_in(size: int, header: ContainerHeader) -> int:
    """How many chunks a file of `size` bytes has. Raises ContainerDamaged for a size no sealed file has."""
    body = size - len(header.raw)
    if body < TAG:
        raise ContainerDamaged("end")
    whole, rest = divmod(body, SEALED_CHUNK)
    if rest == 0:
        return whole
    if rest < TAG or (rest == TAG and whole):
        raise ContainerDamaged("end")
    return whole + 1


def plain_size(size: int, header: ContainerHeader) -> int:
    """Bytes of plain text in a file of `size` bytes. Raises ContainerDamaged."""
    return size - len(header.raw) - chunks_in(size, header) * TAG


def place(header: ContainerHeader, number: int) -> int:
    """The byte at which a chunk begins."""
    return len(header.raw) + number * SEALED_CHUNK


def unseal(key: bytes, header: ContainerHeader, number: int, of: int, sealed: bytes) -> bytes:
    """One chunk's plain text; `of`: how many there are. Raises ContainerDamaged."""
    try:
        return AESGCM(key).decrypt(_nonce(header, number, number == of - 1), sealed, header.bound)
    except (InvalidTag, ValueError) as error:
        raise ContainerDamaged(_accused(key, header, number, of, sealed)) from error


def _accused(key: bytes, header: ContainerHeader, number: int, of: int, sealed: bytes) -> str:
    """A whole chunk in the wrong place is told from an altered one."""
    for other in range(of):
        for last in (False, True):
            try:
                AESGCM(key).decrypt(_nonce(header, other, last), sealed, header.bound)
            except (InvalidTag, ValueError):
                continue
            if other == number:
                return (
                    "end: something follows the last chunk" if last else f"end: cut off after chunk {number}"
                )
            return f"chunk {number}: chunk {other} lies there"
    return f"chunk {number} altered"


def _nonce(header: ContainerHeader, number: int, last: bool) -> bytes:
    return header.prefix + struct.pack(">IB", number, last)
