"""The folders of a home: owner, group and mode of each (decisions 0020 and 0074 have the reasons)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class HomeFolder:
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
HOME_FOLDERS: Final = (
    HomeFolder(".", "root", "root", 0o711),
    HomeFolder("run", "root", "root", 0o755),
    HomeFolder("run/engine", "engine", "journal", 0o2750),  # its socket; the console speaks there
    HomeFolder("run/evidence", "evidence", "journal", 0o2750),
    HomeFolder("run/register", "evidence", "journal", 0o2750),  # its socket; the console asks there
    HomeFolder("run/console", "console", "console", 0o750),
    HomeFolder("log", "root", "root", 0o711),
    HomeFolder("log/engine", "engine", "engine", 0o750),
    HomeFolder("log/evidence", "evidence", "evidence", 0o750),
    HomeFolder("log/register", "evidence", "evidence", 0o750),
    HomeFolder("log/console", "console", "console", 0o750),
    HomeFolder("db", "root", "journal", 0o2770, 0o660),
    HomeFolder("recordings", "evidence", "evidence", 0o700),
    HomeFolder("statements", "evidence", "evidence", 0o750),
    HomeFolder("packages", "evidence", "evidence", 0o700),
    HomeFolder("console", "console", "console", 0o700),  # its certificate
    HomeFolder("keys", "root", "evidence", 0o751, 0o640),  # only root makes new ones; see KEY_READERS
    HomeFolder("secrets", "root", "engine", 0o2750, 0o640),
    HomeFolder("accounts", "engine", "engine", 0o700),
    HomeFolder("prompts", "root", "engine", 0o2750, 0o640),
    HomeFolder("spool", "root", "asterisk", 0o750),
    HomeFolder("spool/journal", "engine", "engine", 0o700),
    HomeFolder("spool/audio", "asterisk", "asterisk", 0o2770),
    HomeFolder("spool/cel", "asterisk", "asterisk", 0o2770),
    HomeFolder("asterisk", "root", "asterisk", 0o750),
    HomeFolder("asterisk/etc", "root", "asterisk", 0o2750, 0o640),  # Asterisk only reads its configuration
    HomeFolder("asterisk/data", "root", "asterisk", 0o2750, 0o640),
    HomeFolder("asterisk/data/documentation", "root", "asterisk", 0o2750),  # asterisk/private binds it here
    HomeFolder("asterisk/lib", "root", "asterisk", 0o2750, 0o640),
    HomeFolder("asterisk/lib/keys", "root", "asterisk", 0o2750, 0o640),
    HomeFolder("asterisk/moh", "root", "asterisk", 0o2750, 0o640),
    HomeFolder("asterisk/cache", "asterisk", "asterisk", 0o2750),
    HomeFolder("asterisk/db", "asterisk", "asterisk", 0o2750),
    HomeFolder("asterisk/log", "asterisk", "asterisk", 0o2750),
    HomeFolder("asterisk/run", "asterisk", "asterisk", 0o2750),
    HomeFolder("asterisk/spool", "asterisk", "asterisk", 0o2750),
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
