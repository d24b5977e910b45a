"""AGI protocol: a command to bytes, a reply from bytes, a call's header to an AgiRequest; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialplan import limits

# Asterisk cuts a line at 8,191 bytes and runs the rest as a command of its own (res_agi.c, AGI_BUF_LEN).
LONGEST_LINE: Final = 8000
MOST_ARGUMENTS: Final = 32

# AGI reaches SHELL() and FILE(), so what may be said at all is a short list, and nothing else is encoded.
COMMANDS: Final = frozenset(
    {
        "ANSWER",
        "CHANNEL STATUS",
        "EXEC",
        "GET VARIABLE",
        "NOOP",
        "SET VARIABLE",
        "STREAM FILE",
        "WAIT FOR DIGIT",
    }
)
APPLICATIONS: Final = frozenset(
    {
        "Dial",
        "MSet",
        "MixMonitor",
        "NoOp",
        "StartMusicOnHold",
        "StopMixMonitor",
        "StopMusicOnHold",
        "UserEvent",
    }
)
FUNCTIONS: Final = frozenset({"CALLERID(name)", "CALLERID(num)", "CHANNEL(language)"})

# A word Asterisk does not know: it answers 510 at once, on a living and on a dead channel, and answers
# nothing else so. Whatever came before that 510 belongs to the command that was interrupted.
SYNC: Final = b"SYNC\n"
UNKNOWN: Final = 510  # "Invalid or unknown command"
DEAD: Final = 511  # "Command Not Permitted on a dead channel"

_VARIABLES: Final = frozenset({"GET VARIABLE", "SET VARIABLE"})
_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNCLEAN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class AgiRefused(ValueError):
    """A command that must not reach Asterisk; the text never quotes the value, which may be personal."""


@dataclass(frozen=True, slots=True)
class AgiReply:
    """Asterisk's answer: `200 result=RESULT (VALUE) endpos=ENDPOS`, or a code that is not 200."""

    code: int
    result: str = ""
    value: str | None = None  # what stood in parentheses; "timeout" tells an empty input from silence
    endpos: int | None = None  # samples played


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """A call at the engine's door, from the header Asterisk sends (all text cleaned and cut)."""

    path: str
    unique_id: str
    args: tuple[str, ...]


def encode(name: str, args: Sequence[str]) -> bytes:
    """One command as one line. Raises AgiRefused for all that could be read as more, or as something else."""
    if name not in COMMANDS:
        raise AgiRefused(f"not a command of ours: {name!r}")
    if len(args) > MOST_ARGUMENTS:
        raise AgiRefused(f"{name}: {len(args)} arguments, at most {MOST_ARGUMENTS}")
    if name == "EXEC" and (not args or args[0] not in APPLICATIONS):
        raise AgiRefused("EXEC of an application that is not ours")
    if name in _VARIABLES and not (args and (_plain(args[0]) or args[0] in FUNCTIONS)):
        raise AgiRefused(f"{name}: neither a plain variable nor a function of ours")
    quoted = ""
    for place, arg in enumerate(args, 1):
        if _SPECIAL.search(arg):
            if _CONTROL.search(arg):
                raise AgiRefused(f"{name}: control character in argument {place}")
            arg = arg.replace("\\", "\\\\").replace('"', '\\"')  # noqa: PLW2901 - the same one, escaped
        quoted += f' "{arg}"'
    try:
        line = f"{name}{quoted}\n".encode()
    except UnicodeEncodeError:
        raise AgiRefused(f"{name}: text that is no Unicode") from None
    if len(line) > LONGEST_LINE:
        raise AgiRefused(f"{name}: {len(line)} bytes, at most {LONGEST_LINE}")
    return line


def _plain(variable: str) -> bool:
    return variable.isascii() and variable.isidentifier()


# Nearly every answer is one of these lines: no parsing, no new object.
COMMON: Final = {f"200 result={n}\n".encode(): AgiReply(200, str(n)) for n in range(-1, 70)}


def parse_reply(line: bytes) -> AgiReply | None:
    """The reply in one line without its line end; None when it is no reply (a stray piece of text)."""
    if not line[:3].isdigit() or line[3:4] not in (b" ", b"-", b""):
        return None
    code, rest = int(line[:3]), line[4:]
    if code != 200 or not rest.startswith(b"result="):
        return AgiReply(code)
    result, _, rest = rest[7:].partition(b" ")
    value: str | None = None
    if rest.startswith(b"("):
        # A value may hold parentheses, and " endpos=" too: only digits to the line's end are a position.
        inner, close, tail = rest[1:].rpartition(b")")
        value, rest = (_text(inner), tail.lstrip()) if close else (_text(rest[1:]), b"")
    digits = rest[7:] if rest.startswith(b"endpos=") else b""
    return AgiReply(200, _text(result), value, int(digits) if digits.isdigit() else None)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def clean(raw: bytes) -> str:
    """Header text: what is no UTF-8 becomes U+FFFD, control characters go, the rest is cut."""
    text = raw.decode("utf-8", "surrogateescape")
    if not text.isprintable():
        text = _UNCLEAN.sub(lambda bad: "\ufffd" if bad[0] >= "\ud800" else "", text)
    return text[: limits.AGI_VALUE]


def requested(line: bytes) -> tuple[str, str] | None:
    """Path and token named by a header line agi_network_script or agi_request; None for any other line."""
    if not line.startswith((b"agi_network_script:", b"agi_request:")):
        return None
    name, _, raw = line.partition(b":")
    url = clean(raw.strip())
    if name == b"agi_request":
        url = url.partition("://")[2].partition("/")[2]
    path, _, query = url.partition("?")
    token = next((pair[6:] for pair in query.split("&") if pair.startswith("token=")), "")
    return path.strip("/"), token


def parse_header(lines: Sequence[bytes], path: str = "") -> AgiRequest:
    """The call for `path` from the header without its blank line; of two lines of a name the first counts."""
    pairs = [line.partition(b":") for line in reversed(lines)]
    seen = {name: raw for name, _, raw in pairs}

    def text(name: bytes) -> str:
        return clean(seen[name].strip()) if name in seen else ""

    args = tuple(text(key) for n in range(1, MOST_ARGUMENTS) if (key := b"agi_arg_%d" % n) in seen)
    return AgiRequest(
        path=path,
        unique_id=text(b"agi_uniqueid"),
        args=args,
    )
