"""Root's commands write as the lesser user whose folder it is; docs/decisions/0074; edge."""

import ctypes
import grp
import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from config.settings import Settings

CAPABILITY_VERSION_3: Final = 0x20080522
CAP_DAC_READ_SEARCH: Final = 2
SYS_CAPSET: Final = {"x86_64": 126, "aarch64": 91}


def as_evidence(settings: Settings) -> AbstractContextManager[None]:
    """For commands that open the journal: as the evidence process, or as whoever owns an older home.

    Nothing for anybody but root, nor in a home of root's own that was never started.
    """
    try:
        there = (settings.home / "db").lstat()
    except FileNotFoundError:
        return nullcontext()
    if there.st_uid != 0:
        return acting_as(there.st_uid, there.st_gid, ())
    try:
        journal = grp.getgrnam(settings.journal_group).gr_gid
        evidence, asterisk = pwd.getpwnam(settings.evidence_user), pwd.getpwnam(settings.asterisk_user)
    except KeyError:
        return nullcontext()
    if there.st_gid != journal:
        return nullcontext()
    return acting_as(evidence.pw_uid, evidence.pw_gid, (journal, asterisk.pw_gid))


def as_owner(folder: Path) -> AbstractContextManager[None]:
    """As whoever owns `folder`; nothing when that is root, when there is none, or for anybody but root."""
    try:
        there = folder.lstat()
    except FileNotFoundError:
        return nullcontext()
    return acting_as(there.st_uid, there.st_gid, ())


@contextmanager
def acting_as(uid: int, gid: int, groups: tuple[int, ...]) -> Iterator[None]:
    """Everything written meanwhile is written with the rights of `uid`, by every thread of the process.

    What root could read stays readable (the clone may lie below a closed folder); a link or a journal laid
    out for root leads no further than its owner gets. Nothing where we are not root, or `uid` is root's.
    """
    if os.geteuid() != 0 or uid == 0:
        yield
        return
    before, before_group, mask = os.getgroups(), os.getegid(), os.umask(0o007)
    keep_reading = _keeping_reading()
    os.setgroups([gid, *groups])
    os.setegid(gid)
    os.seteuid(uid)
    try:
        keep_reading()
        yield
    finally:
        os.seteuid(0)
        os.setegid(before_group)
        os.setgroups(before)
        os.umask(mask)


def _keeping_reading() -> Callable[[], object]:
    """What keeps, of root's rights, those to read and search, for this thread and those it starts.

    Made ready while we are root: Python itself may lie where only root can read (below /root, say).
    """
    number = SYS_CAPSET.get(os.uname().machine)
    if number is None:
        return bool
    system, permitted = ctypes.CDLL(None).syscall, _permitted()  # permitted stays: the way back is seteuid(0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    low, high = permitted & 0xFFFFFFFF, permitted >> 32
    rights = (ctypes.c_uint32 * 6)(low & 1 << CAP_DAC_READ_SEARCH, low, 0, 0, high, 0)
    return lambda: system(number, header, rights)


def _permitted() -> int:
    for line in Path("/proc/thread-self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0
