"""Whether the kernel holds this machine's clock to be synchronised; edge."""

import ctypes
from typing import Final

TIME_ERROR: Final = 5  # adjtimex(2): "the system clock is not synchronized to a reliable server"


def synchronised() -> bool:
    """Ask adjtimex, changing nothing; True also where there is no such call."""
    try:
        call = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return True
    # struct timex, all zero (modes 0: read only), is 208 bytes on 64-bit machines; room to spare.
    return bool(call(ctypes.create_string_buffer(512)) != TIME_ERROR)
