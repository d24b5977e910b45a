"""The folders of a home made, and set right for who may do what in them (decisions 0020, 0074); edge."""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

import structlog

from config import no_follow
from config.settings import Settings
from dialplan.recording_names import SECOND
from engine.install.home_layout import HOME_FOLDERS, ITS_OWN, KEY_READERS, LOCKS, MOVED, RENDERED, HomeFolder
from engine.install.owners import Owners

log = structlog.get_logger()


def lay_out(settings: Settings) -> None:
    """Make the folders of home, or set their owners and modes right, and of a home of before what they hold.

    From above downwards: once a folder is root's alone, what lies in it stays what it was looked at.
    Nothing is reached through a link that a lesser user made. Raises OSError, NoSuchUser.
    """
    owners = Owners(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    for folder in HOME_FOLDERS:
        with opened(settings, folder.path, make=True) as here:
            _set_right(here, folder, owners)
    with opened(settings, "db") as here:
        _journal_files(here, owners)
    second_volume(settings)


@contextmanager
def opened(settings: Settings, path: str, *, make: bool = False) -> Iterator[int]:
    """A descriptor of a folder below home, reached step by step, through no link of a lesser user's."""
    with ExitStack() as stack:
        here = os.open(settings.home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        stack.callback(os.close, here)
        for name in () if path == "." else path.split("/"):
            here = stack.enter_context(no_follow.below(here, name, make=make))
        yield here


def _set_right(here: int, folder: HomeFolder, owners: Owners) -> None:
    uid, gid = owners.uid(folder.owner), owners.gid(folder.group)
    there = os.fstat(here)
    if (there.st_uid, there.st_gid, stat.S_IMODE(there.st_mode)) == (uid, gid, folder.mode):
        return
    # Closed (0700) is how an interrupted taking over leaves a folder: then nobody is trusted.
    trusted: int | Literal["all"] | None = there.st_uid or None
    if no_follow.only_roots(there) and stat.S_IMODE(there.st_mode) != 0o700:
        trusted = "all"
    no_follow.close_to_others(here)
    if folder.path in MOVED:
        _move_down(here, MOVED[folder.path])
    if folder.path != "." and folder.owner != "asterisk":  # Asterisk's own were always its own
        kept = {one.path.rpartition("/")[2] for one in HOME_FOLDERS if _parent(one.path) == folder.path}
        _take_over(here, folder, owners, kept, trusted)
    os.fchown(here, uid, gid)
    os.fchmod(here, folder.mode)


def _parent(path: str) -> str:
    return "" if path == "." else path.rpartition("/")[0] or "."


def _move_down(here: int, moved: dict[str, str]) -> None:
    """What a lesser user wrote beside root's files goes into a folder of its own; a socket just goes."""
    for folder, prefix in moved.items():
        with no_follow.below(here, folder, make=True) as below:
            for name, there in list(no_follow.entries(here)):
                if name == prefix or name.startswith(f"{prefix}."):
                    if stat.S_ISREG(there.st_mode) and there.st_nlink == 1:
                        os.rename(name, name, src_dir_fd=here, dst_dir_fd=below)
                    else:
                        os.unlink(name, dir_fd=here)


def _take_over(
    here: int, folder: HomeFolder, owners: Owners, kept: set[str], trusted: int | Literal["all"] | None
) -> None:
    """A folder, closed to others now, was somebody else's: what it holds becomes its new owner's.

    In a folder of root's nothing of a lesser user's stays that is no plain file with one name: it was laid
    there. Begun again after a crash: the folder itself becomes right last.
    """
    uid, gid = owners.uid(folder.owner), owners.gid(folder.group)
    for name, there in list(no_follow.entries(here)):
        if name in kept:
            continue
        if stat.S_ISDIR(there.st_mode):
            with no_follow.below(here, name) as inner:
                no_follow.close_to_others(inner)
                _take_over(inner, folder, owners, set(), trusted)
                os.fchown(inner, uid, gid)
                os.fchmod(inner, stat.S_IMODE(there.st_mode))
        elif not no_follow.set_owner(here, name, uid, gid, folder.files, trusted) and trusted != "all":
            log.warning("place_not_ours", place=folder.path, file=name)
            if folder.owner == "root":
                os.unlink(name, dir_fd=here)


def _journal_files(here: int, owners: Owners) -> None:
    """The journal's files writable for all who write it; closed to them while anything is set right."""
    there, gid = os.fstat(here), owners.gid("journal")
    wrong = []
    for name, one in no_follow.entries(here):
        mode = LOCKS[name][1] if name in LOCKS else 0o660
        foreign = name in LOCKS and one.st_uid != owners.uid(LOCKS[name][0])
        if stat.S_ISREG(one.st_mode) and (foreign or (one.st_gid, stat.S_IMODE(one.st_mode)) != (gid, mode)):
            wrong.append((name, owners.uid(LOCKS[name][0] if name in LOCKS else "engine"), mode))
    if wrong:
        no_follow.close_to_others(here)
        for name, uid, mode in wrong:
            no_follow.set_owner(here, name, uid, gid, mode)
        os.fchown(here, there.st_uid, there.st_gid)
        os.fchmod(here, stat.S_IMODE(there.st_mode))


def second_volume(settings: Settings) -> None:
    """Where new calls record when the first volume is nearly full: a link below the audio folder.

    A volume that is not mounted stops nothing: recordings stay on the first one.
    """
    wanted = settings.second_audio
    with opened(settings, "spool/audio") as audio:
        present = next((one for name, one in no_follow.entries(audio) if name == SECOND), None)
        linked = present is not None and stat.S_ISLNK(present.st_mode)
        if linked and (wanted is None or os.readlink(SECOND, dir_fd=audio) != str(wanted)):
            os.unlink(SECOND, dir_fd=audio)
            present = None
        if wanted is None or not wanted.parent.is_dir():
            return
        owners = Owners(settings)
        try:
            with _volume(wanted) as volume:
                os.fchown(volume, owners.uid("asterisk"), owners.gid("asterisk"))
                os.fchmod(volume, 0o2770)
        except OSError as why:
            log.error("second_volume_refused", folder=str(wanted), why=str(why))
            return
        if present is None:
            os.symlink(wanted, SECOND, dir_fd=audio)


@contextmanager
def _volume(wanted: Path) -> Iterator[int]:
    """The second volume's folder; a link there is followed when root made it. Raises OSError."""
    wanted.mkdir(exist_ok=True)
    there = wanted.lstat()
    if stat.S_ISLNK(there.st_mode) and there.st_uid != 0:
        raise no_follow.UnexpectedFile(f"{wanted} is a link that root did not make")
    with no_follow.folder(wanted.resolve()) as volume:
        yield volume


def hand_over(settings: Settings) -> None:
    """After rendering: what root wrote becomes readable for the one it is meant for, and for nobody else."""
    owners = Owners(settings)
    for folder in HOME_FOLDERS:
        if folder.path in RENDERED:
            uid, gid = owners.uid(folder.owner), owners.gid(folder.group)
            with suppress(FileNotFoundError), opened(settings, folder.path) as here:
                _hand_over(here, uid, gid, folder)
    share_keys(settings)


def _hand_over(here: int, uid: int, gid: int, folder: HomeFolder) -> None:
    os.fchown(here, uid, gid)
    os.fchmod(here, folder.mode)
    for name, there in list(no_follow.entries(here)):
        if stat.S_ISDIR(there.st_mode):
            with no_follow.below(here, name) as inner:
                _hand_over(inner, uid, gid, folder)
        elif stat.S_ISREG(there.st_mode):
            no_follow.set_owner(here, name, uid, gid, folder.files, "all")


def share_keys(settings: Settings) -> None:
    """Each key readable for whoever needs it, writable for root alone; also in a folder of the site's own."""
    if os.geteuid() != 0 or not settings.keys_dir.is_dir():
        return
    owners = Owners(settings)
    with no_follow.folder(settings.keys_dir.resolve()) as here:
        trusted: Literal["all"] | None = "all"
        if not no_follow.only_roots(os.fstat(here)):
            no_follow.close_to_others(here)
            trusted = None
        for name, there in list(no_follow.entries(here)):
            if stat.S_ISREG(there.st_mode) and name.endswith((".key", ".pub")):
                owner, group, mode = KEY_READERS.get(name, ITS_OWN)
                no_follow.set_owner(here, name, owners.uid(owner), owners.gid(group), mode, trusted)
        os.fchown(here, 0, owners.gid("evidence"))
        os.fchmod(here, 0o751)
