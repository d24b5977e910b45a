"""The system's users and groups behind the roles that own a home's folders; edge."""

import grp
import pwd

from config.settings import Settings


class NoSuchUser(LookupError):
    """A user or group of the line is not there; the text says what to do."""


class Owners:
    """Numbers of the users and groups that the roles of `HOME_FOLDERS` are here. Raises NoSuchUser."""

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
