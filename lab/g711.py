"""G.711 A-law and u-law by table: 16-bit samples to bytes and back."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lab.sdp import ALAW, ULAW

Samples = NDArray[np.int16]  # 8,000 a second


def _alaw_values() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = np.where(
        exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    )
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _ulaw_values() -> Samples:
    code = ~np.arange(256) & 0xFF
    size = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _codes(values: Samples) -> NDArray[np.uint8]:
    """The nearest code for each of the 65,536 samples, indexed by sample + 32,768."""
    order = np.argsort(values, kind="stable")
    levels = values[order].astype(np.int32)
    nearest = np.searchsorted((levels[1:] + levels[:-1]) / 2, np.arange(-32768, 32768))
    return order[nearest].astype(np.uint8)


_VALUES: Final = {ALAW: _alaw_values(), ULAW: _ulaw_values()}
_CODES: Final = {codec: _codes(values) for codec, values in _VALUES.items()}


def encode(samples: Samples, codec: int = ALAW) -> bytes:
    """Samples as G.711 bytes, one a sample."""
    return _CODES[codec][samples.astype(np.int32) + 32768].tobytes()


def decode(payload: bytes, codec: int = ALAW) -> Samples:
    """G.711 bytes as samples."""
    return _VALUES[codec][np.frombuffer(payload, np.uint8)]
