"""Faults of sealing, noted as they are met: the log's event, and the newest for doctor; pure."""

import errno
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from recordings.sealing.state import SealFault

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()


class SealFaults:
    """`last`: the newest one; None when the last pass met none."""

    def __init__(self, folder: "Path") -> None:
        self._folder = folder
        self.last: SealFault | None = None

    def note(self, kind: str, about: str, words: str) -> SealFault:
        """Keep and log it; kinds as in SealFault."""
        self.last = SealFault(kind, about, words, datetime.now(UTC))
        log.error("sealing_fault", kind=kind, about=about)
        return self.last

    def refused(self, why: OSError) -> SealFault:
        """The disk took nothing."""
        if why.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            words = f"no room in {self._folder}: make room; raw recordings stay meanwhile"
            return self.note("disk_full", "", words)
        words = f"{self._folder} cannot be written ({why.strerror}): see to the disk"
        return self.note("disk", "", words)
