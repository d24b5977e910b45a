"""The folders of a home and who may do what in them; docs/decisions 0020 and 0074 have the reasons; edge."""

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import structlog

from config import no_follow
from config.settings import Settings
from recordings.model.recording_names import SECOND

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """One folder below home. Owner and group name roles: root, engine, console, evidence, asterisk, journal.

    `files`: the mode of the plain files in it, when they are set right; None: as each is.
    """

    path: str
    owner: str
    group: str
    mode: int
    files: int | None = None


# A folder that root writes into belongs to root, and nobody else can make a name in it; what a lesser user
# owns lies one level below. db alone is written by three users: root opens nothing there (run_as_user.py).
# Engine and evidence process are in Asterisk's group, never the other way round: the one that talks to
# strangers sees least. Set-gid where several write: what each makes belongs to the shared group.
PLACES: Final = (
    Place(".", "root", "root", 0o711),
    Place("run", "root", "root", 0o755),
    Place("run/engine", "engine", "journal", 0o2750),  # its socket; the console speaks there
    Place("run/evidence", "evidence", "journal", 0o2750),
    Place("run/console", "console", "console", 0o750),
    Place("log", "root", "root", 0o711),
    Place("log/engine", "engine", "engine", 0o750),
    Place("log/evidence", "evidence", "evidence", 0o750),
    Place("log/console", "console", "console", 0o750),
    Place("db", "root", "journal", 0o2770, 0o660),
    Place("recordings", "evidence", "evidence", 0o700),
    Place("statements", "evidence", "evidence", 0o750),
    Place("packages", "evidence", "evidence", 0o700),
    Place("console", "console", "console", 0o700),  # its certificate
    Place("keys", "root", "evidence", 0o751, 0o640),  # only root makes new ones; KEY_READERS says who reads
    Place("secrets", "root", "engine", 0o2750, 0o640),
    Place("accounts", "engine", "engine", 0o700),
    Place("prompts", "root", "engine", 0o2750, 0o640),
    Place("spool", "root", "asterisk", 0o750),
    Place("spool/journal", "engine", "engine", 0o700),
    Place("spool/audio", "asterisk", "asterisk", 0o2770),
    Place("spool/cel", "asterisk", "asterisk", 0o2770),
    Place("asterisk", "root", "asterisk", 0o750),
    Place("asterisk/etc", "root", "asterisk", 0o2750, 0o640),  # Asterisk reads its configuration, no more
    Place("asterisk/data", "root", "asterisk", 0o2750, 0o640),
    Place("asterisk/data/documentation", "root", "asterisk", 0o2750),  # asterisk/private binds it here
    Place("asterisk/lib", "root", "asterisk", 0o2750, 0o640),
    Place("asterisk/lib/keys", "root", "asterisk", 0o2750, 0o640),
    Place("asterisk/moh", "root", "asterisk", 0o2750, 0o640),
    Place("asterisk/cache", "asterisk", "asterisk", 0o2750),
    Place("asterisk/db", "asterisk", "asterisk", 0o2750),
    Place("asterisk/log", "asterisk", "asterisk", 0o2750),
    Place("asterisk/run", "asterisk", "asterisk", 0o2750),
    Place("asterisk/spool", "asterisk", "asterisk", 0o2750),
)
RENDERED: Final = ("secrets", "prompts", "asterisk/etc", "asterisk/data", "asterisk/lib", "asterisk/moh")
# Owner, group and mode. Numbers are hidden and found by engine and evidence process; the console gets the key
# of its second factors. The keys that wrap recordings and sign statements are the evidence process's alone.
KEY_READERS: Final = {
    "numbers.key": ("evidence", "engine", 0o440),
    "index.key": ("evidence", "engine", 0o440),
    "statement.pub": ("root", "journal", 0o640),
    "second-factor.key": ("root", "console", 0o640),
    "rows.key": ("root", "journal", 0o640),  # for whoever writes rows
}
ITS_OWN: Final = ("root", "evidence", 0o640)
# In db, each its owner's alone: who holds another's lock would keep it from starting.
LOCKS: Final = {"engine.lock": ("engine", 0o600), "evidence.lock": ("evidence", 0o600)}
# Where homes of before kept what a lesser user writes, beside what root writes.
MOVED: Final = {
    "log": {"engine": "engine.log", "evidence": "evidence.log", "console": "console.log"},
    "run": {"engine": "engine.sock", "evidence": "evidence.sock", "console": "console.sock"},
}


class NoSuchUser(LookupError):
    """A user or group of the line is not there; the text says what to do."""


class Owners:
    """Numbers of the users and groups that the roles of `PLACES` are here. Raises NoSuchUser."""

    def __init__(self, settings: Settings) -> None:
        self._users = {
            "root": "root",
            "engine": settings.run_user,
            "console": settings.console_user,
            "evidence": settings.evidence_user,
            "asterisk": settings.asterisk_user,
        }
        self._journal = settings.journal_group

    def uid(self, role: str) -> int:
        """The user's number."""
        return self._known(role).pw_uid

    def gid(self, role: str) -> int:
        """The number of the user's own group, or of those who write the journal."""
        if role != "journal":
            return self._known(role).pw_gid
        try:
            return grp.getgrnam(self._journal).gr_gid
        except KeyError:
            raise NoSuchUser(f"no system group {self._journal}: run make setup") from None

    def _known(self, role: str) -> pwd.struct_passwd:
        try:
            return pwd.getpwnam(self._users[role])
        except KeyError:
            raise NoSuchUser(f"no system user {self._users[role]}: run make setup") from None


def lay_out(settings: Settings) -> None:
    """Make the folders of home, or set their owners and modes right, and of a home of before what they hold.

    From above downwards: once a folder is root's alone, what lies in it stays what it was looked at.
    Nothing is reached through a link that a lesser user made. Raises OSError, NoSuchUser.
    """
    owners = Owners(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    for place in PLACES:
        with opened(settings, place.path, make=True) as here:
            _set_right(here, place, owners)
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


def _set_right(here: int, place: Place, owners: Owners) -> None:
    uid, gid = owners.uid(place.owner), owners.gid(place.group)
    there = os.fstat(here)
    if (there.st_uid, there.st_gid, stat.S_IMODE(there.st_mode)) == (uid, gid, place.mode):
        return
    # Closed (0700) is how an interrupted taking over leaves a folder: then nobody is trusted.
    trusted: int | Literal["all"] | None = there.st_uid or None
    if no_follow.only_roots(there) and stat.S_IMODE(there.st_mode) != 0o700:
        trusted = "all"
    no_follow.close_to_others(here)
    if place.path in MOVED:
        _move_down(here, MOVED[place.path])
    if place.path != "." and place.owner != "asterisk":  # Asterisk's own were always its own
        kept = {one.path.rpartition("/")[2] for one in PLACES if _parent(one.path) == place.path}
        _take_over(here, place, owners, kept, trusted)
    os.fchown(here, uid, gid)
    os.fchmod(here, place.mode)


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
    here: int, place: Place, owners: Owners, kept: set[str], trusted: int | Literal["all"] | None
) -> None:
    """A folder, closed to others now, was somebody else's: what it holds becomes its new owner's.

    In a folder of root's nothing of a lesser user's stays that is no plain file with one name: it was laid
    there. Begun again after a crash: the folder itself becomes right last.
    """
    uid, gid = owners.uid(place.owner), owners.gid(place.group)
    for name, there in list(no_follow.entries(here)):
        if name in kept:
            continue
        if stat.S_ISDIR(there.st_mode):
            with no_follow.below(here, name) as inner:
                no_follow.close_to_others(inner)
                _take_over(inner, place, owners, set(), trusted)
                os.fchown(inner, uid, gid)
                os.fchmod(inner, stat.S_IMODE(there.st_mode))
        elif not no_follow.give(here, name, uid, gid, place.files, trusted) and trusted != "all":
            log.warning("place_not_ours", place=place.path, file=name)
            if place.owner == "root":
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
            no_follow.give(here, name, uid, gid, mode)
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
        raise no_follow.NotOurs(f"{wanted} is a link that root did not make")
    with no_follow.folder(wanted.resolve()) as volume:
        yield volume


def hand_over(settings: Settings) -> None:
    """After rendering: what root wrote becomes readable for the one it is meant for, and for nobody else."""
    owners = Owners(settings)
    for place in PLACES:
        if place.path in RENDERED:
            uid, gid = owners.uid(place.owner), owners.gid(place.group)
            with suppress(FileNotFoundError), opened(settings, place.path) as here:
                _hand_over(here, uid, gid, place)
    share_keys(settings)


def _hand_over(here: int, uid: int, gid: int, place: Place) -> None:
    os.fchown(here, uid, gid)
    os.fchmod(here, place.mode)
    for name, there in list(no_follow.entries(here)):
        if stat.S_ISDIR(there.st_mode):
            with no_follow.below(here, name) as inner:
                _hand_over(inner, uid, gid, place)
        elif stat.S_ISREG(there.st_mode):
            no_follow.give(here, name, uid, gid, place.files, "all")


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
                no_follow.give(here, name, owners.uid(owner), owners.gid(group), mode, trusted)
        os.fchown(here, 0, owners.gid("evidence"))
        os.fchmod(here, 0o751)
