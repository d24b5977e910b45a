"""The header of a WAV file: where its sound lies, and the same header with true sizes."""

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaveHeader:
    """`start`: byte at which samples begin; `stated`: bytes of samples the header claims.

    `whole` is False for a file that has lost its header (recordings/capture/lost_header.py).
    """

    channels: int
    rate: int
    bits: int
    start: int
    stated: int
    riff_stated: int
    whole: bool = True


def read_header(head: bytes) -> WaveHeader | None:
    """From the first bytes of a file; None when this is no PCM WAV at all."""
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    form: tuple[int, int, int] | None = None
    at = 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
        if name == b"data":
            if form is None:
                return None
            return WaveHeader(*form, at + 8, size, struct.unpack_from("<I", head, 4)[0])
        if name == b"fmt " and at + 24 <= len(head):
            kind, channels, rate, _bytes, _align, bits = struct.unpack_from("<HHIIHH", head, at + 8)
            if kind != 1 or not channels or not rate or bits != 16:
                return None
            form = (channels, rate, bits)
        at += 8 + size + size % 2
    return None


def sound_bytes(header: WaveHeader, length: int) -> int:
    """Whole samples in a file of `length` bytes, in bytes; a torn last sample is left out."""
    frame = header.channels * header.bits // 8
    after = max(0, length - header.start)
    return after - after % frame


def is_true(header: WaveHeader, length: int) -> bool:
    """The header tells the length that is there; players need nothing else."""
    sound = sound_bytes(header, length)
    return (
        header.stated <= length - header.start
        and (sound - header.stated) < header.channels * header.bits // 8
        and header.start + header.stated <= header.riff_stated + 8 <= length
    )


def true_header(head: bytes, header: WaveHeader, length: int) -> bytes:
    """The bytes before the samples, with both sizes put right."""
    sound = sound_bytes(header, length)
    before = bytearray(head[: header.start])
    struct.pack_into("<I", before, 4, min(header.start + sound - 8, 0xFFFFFFFE))
    struct.pack_into("<I", before, header.start - 4, min(sound, 0xFFFFFFFE))
    return bytes(before)


def new_header(channels: int, rate: int, sound: int) -> bytes:
    """A plain 44-byte header for `sound` bytes of 16-bit samples."""
    width = channels * 2
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * width, width, 16)
    return b"RIFF" + struct.pack("<I", 36 + sound) + b"WAVEfmt " + form + b"data" + struct.pack("<I", sound)
