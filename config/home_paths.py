"""Settings that name places, and what lies where below them; nothing is opened here."""

from pathlib import Path

from pydantic import BaseModel, Field, field_validator

from config.home import PROGRAM, default_home


class HomePaths(BaseModel):
    """What set-up makes lies in `setup`; everything written at run time lies in `home`."""

    home: Path = Field(default_factory=default_home)
    setup: Path = PROGRAM / ".setup"
    keys: Path | None = None  # folder of master and signing keys; empty: keys in home. Never in the database
    second_audio: Path | None = None  # folder on another volume, for new calls when the first is nearly full
    database_url: str = ""  # empty: SQLite in home

    @field_validator("home", "setup", "keys", "second_audio")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.absolute()

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the journal."""
        return self.database_url or f"sqlite+aiosqlite:///{self._own_database}"

    @property
    def never_had_a_journal(self) -> bool:
        """Whether the journal would lie in home and is not there yet: told without asking a database."""
        return not self.database_url and not self._own_database.exists()

    @property
    def _own_database(self) -> Path:
        return self.home / "db" / "journal.sqlite"

    @property
    def run_dir(self) -> Path:
        """Pid files, lab.json; below it a folder for each process that makes a socket."""
        return self.home / "run"

    @property
    def asterisk_control(self) -> Path:
        """Asterisk's control socket, which `asterisk -rx` uses."""
        return self.home / "asterisk" / "run" / "asterisk.ctl"

    @property
    def deaths(self) -> Path:
        """When Asterisk ended, each time; the supervisor writes it."""
        return self.run_dir / "asterisk.ends"

    @property
    def supervisor_alarms(self) -> Path:
        """What the supervisor has to tell; the engine brings it into the journal."""
        return self.run_dir / "supervisor.alarms"

    @property
    def spool(self) -> Path:
        """Raw audio, intents and CEL: what has yet to become a journal row."""
        return self.home / "spool"

    @property
    def audio(self) -> Path:
        """Folder of conversations being recorded and recorded, one sub-folder a day."""
        return self.spool / "audio"

    @property
    def keys_dir(self) -> Path:
        """Master keys, number keys, the signing key."""
        return self.keys or self.home / "keys"

    @property
    def sealed(self) -> Path:
        """Sealed recordings, YYYY/MM/DD/RECORDING.sealed"""
        return self.home / "recordings"

    @property
    def packages(self) -> Path:
        """Packages being made; each goes to whoever asked for it."""
        return self.home / "packages"

    @property
    def statements_dir(self) -> Path:
        """Signed statements as files, to be copied elsewhere: DAY-SEQ.json and .sig"""
        return self.home / "statements"

    @property
    def evidence_socket(self) -> Path:
        """Unix socket of the evidence process."""
        return self.run_dir / "evidence" / "sock"

    @property
    def register_socket(self) -> Path:
        """Unix socket of the register's process; the console asks there."""
        return self.run_dir / "register" / "sock"

    @property
    def console_socket(self) -> Path:
        """Unix socket of the console process, for the supervisor's question whether it lives."""
        return self.run_dir / "console" / "sock"

    @property
    def web(self) -> Path:
        """The browser's parts, brought from npm at set-up."""
        return self.setup / "web"

    @property
    def cel_file(self) -> Path:
        """Asterisk's channel event log (CSV), written while the engine lives or not."""
        return self.spool / "cel" / "cel.csv"

    @property
    def wire_socket(self) -> Path:
        """The process on the wire, for the engine alone."""
        return self.run_dir / "wire.sock"

    @property
    def control_socket(self) -> Path:
        """Unix socket for orders and live questions."""
        return self.run_dir / "engine" / "sock"

    @property
    def sounds(self) -> Path:
        """The prompts as Asterisk reads them: sounds/{kk,ru}/111/NAME.wav"""
        return self.home / "asterisk" / "data" / "sounds"

    @property
    def drafts(self) -> Path:
        """Prompts spoken at set-up: {kk,ru}/NAME.wav"""
        return self.setup / "prompts"
