"""The text of a scenario, read: what a caller hears and does, line by line.

    scenario: Kazakh, served, rated
    on shift: c101 kk ru
    hears both/welcome_choose   presses 1
    hears kk/recorded_notice
    consultant c101 answers, talks 30 s, hangs up
    hears kk/rate   presses 5
    hears kk/rate_thanks goodbye
    hung up by line
    outcome: served rating=5

The first column is what happens on the line, in order; the others, after two spaces or more, what somebody
does in the middle of it, `then ...` right after it, `after N s ...` later.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MID = 1.0  # seconds into a prompt, a ring or the music
PROMPT = 3.0  # seconds every prompt lasts here
AFTERWARDS = PROMPT + 0.5


class Unreadable(ValueError):
    """A line that is no scenario language."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a ring goes: Asterisk's words for it, seconds, and who ends the conversation."""

    status: str
    cause: int = 0
    rings: float | None = 2.0  # None: as long as the Dial lets it
    talks: float = 0.0
    ended_by: str = "party"  # party | caller | machine | 1414 or lost: what the channel then says of the wish
    ring: str = ""  # what the leg's end says of the phone: forwards | drops


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something, `at` seconds after the line's beginning."""

    at: float
    verb: str  # press | hang_up | kill | on_shift | off_shift | pause | release | free | leave
    who: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happens on the line: `expects` as the rings tell it."""

    expects: str
    acts: tuple[Act, ...] = ()
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole text. `outcome` holds facts by name, "outcome" among them; `shift` languages by consultant."""

    name: str
    shift: dict[str, tuple[str, ...]]
    busy: tuple[str, ...] = ()
    before: int = 0
    missing: frozenset[str] = frozenset()
    broken: bool = False
    lines: tuple[Line, ...] = ()
    outcome: dict[str, str] = field(default_factory=dict)

    @property
    def expects(self) -> list[str]:
        """What must happen, and nothing else."""
        return [line.expects for line in self.lines]


_WAYS: tuple[tuple[str, Way], ...] = (
    (r"does not answer", Way("NOANSWER", rings=None)),
    (r"is silent", Way("NOANSWER", rings=None)),
    (r"is an answering machine", Way("NOANSWER", rings=9.0)),
    (r"is an answering machine that hangs up", Way("ANSWER", 16, rings=9.0, ended_by="machine")),
    (r"is busy", Way("BUSY", 17, rings=0.01)),
    (r"(?:refuses|rejects)", Way("CHANUNAVAIL", 21, rings=0.01)),
    (r"forwards", Way("BUSY", 0, rings=0.01, ring="forwards")),
    (r"answers(?: with 1)? and drops", Way("ANSWER", 16, rings=0.5, talks=0.1, ring="drops")),
    (r"is unreachable", Way("CONGESTION", 34, rings=0.01)),
    (r"is not registered", Way("CHANUNAVAIL", 3, rings=0.001)),
    (r"rings, caller hangs up", Way("CANCEL", 0, rings=2.0, ended_by="caller")),
)
_TALK = re.compile(r"answers(?: with 1)?, talks (\d+) s, (hangs up|caller hangs up|presses \*14|is lost)")
_ENDS = {"hangs up": "party", "caller hangs up": "caller", "presses *14": "1414", "is lost": "lost"}
_RING = re.compile(r"(?:consultant (\w+)|(1414)|(duty) phone) (.+)")
_HEARS = re.compile(r"hears (kk|ru|both)/(\w+(?: \w+)*)")
_ACT = re.compile(r"(?:(then)|after (\d+) s)? ?(.+)")
_WORLD = {
    "comes on shift": "on_shift",
    "goes off shift": "off_shift",
    "pauses": "pause",
    "comes back": "release",
    "comes free": "free",
    "leaves": "leave",
    "leg falls silent": "doubted",
    "leg is heard": "trusted",
}


def _way(text: str) -> Way:
    if talk := _TALK.fullmatch(text):
        return Way("ANSWER", 16, talks=float(talk[1]), ended_by=_ENDS[talk[2]])
    for pattern, way in _WAYS:
        if re.fullmatch(pattern, text):
            return way
    raise Unreadable(text)


def _act(text: str) -> Act:
    found = _ACT.fullmatch(text)
    if found is None:
        raise Unreadable(text)
    at = AFTERWARDS if found[1] else float(found[2]) if found[2] else MID
    what = found[3]
    if what == "hangs up":
        return Act(at, "hang_up")
    if what == "engine is killed":
        return Act(at, "kill")
    if press := re.fullmatch(r"presses ([0-9*#A-D]+)", what):
        return Act(at, "press", press[1])
    who, _, verb = what.partition(" ")
    if verb in _WORLD:
        return Act(at, _WORLD[verb], who)
    raise Unreadable(text)


def _lines(text: str) -> Iterator[Line]:
    first, *columns = re.split(r"\s{2,}", text)
    acts = tuple(_act(column) for column in columns)
    if hears := _HEARS.fullmatch(first):
        *firsts, last = hears[2].split()
        for prompt in firsts:
            yield Line(f"hears {hears[1]}/{prompt}")
        yield Line(f"hears {hears[1]}/{last}", acts)
    elif first == "waits with music" or first in {"hung up by line", "hung up by caller"}:
        yield Line(first, acts)
    elif first == "goes on in survival":
        yield Line(first)
    elif ring := _RING.fullmatch(first):
        yield Line(f"rings {ring[1] or ring[2] or ring[3]}", acts, _way(ring[4]))
    else:
        raise Unreadable(text)


def parse(text: str) -> Iterator[Scenario]:
    """All scenarios of a text, in order; blank lines and those beginning `#` are none. Raises Unreadable."""
    for part in re.split(r"^(?=scenario:)", text, flags=re.MULTILINE):
        rows = [row.strip() for row in part.splitlines()]
        rows = [row for row in rows if row and not row.startswith("#")]
        if rows:
            yield _scenario(rows)


def _scenario(rows: list[str]) -> Scenario:
    heads: dict[str, str] = {}
    lines: list[Line] = []
    for row in rows:
        head = re.fullmatch(r"(scenario|on shift|busy|waiting before|missing|disk|outcome): *(.*)", row)
        if head:
            heads[head[1]] = head[2]
        else:
            lines += _lines(row)
    outcome, *facts = heads["outcome"].split()
    return Scenario(
        name=heads["scenario"],
        shift=dict(_consultants(heads.get("on shift", "c101 kk ru"))),
        busy=tuple(heads.get("busy", "").split()),
        before=int(heads.get("waiting before", "0")),
        missing=frozenset(heads.get("missing", "").split()),
        broken=heads.get("disk") == "broken",
        lines=tuple(lines),
        outcome={"outcome": outcome} | dict(fact.split("=") for fact in facts),
    )


def _consultants(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if text != "nobody":
        for one in text.split(","):
            who, *languages = one.split()
            yield who, tuple(languages) or ("kk", "ru")


def scenarios(folder: Path = Path(__file__).parent) -> Iterable[Scenario]:
    """All scenarios of the folder's .txt files."""
    for file in sorted(folder.glob("*.txt")):
        yield from parse(file.read_text(encoding="utf-8"))
