"""Asterisk's log on its way to the disk: taken from its syslog socket, numbers masked, bounded; edge."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from config.log import LONGEST, OLDER
from config.masking import masked
from config.settings import Settings
from dialplan import words as w
from recordings.model.entries import CALL_REFUSED

SOCKET: Final = "asterisk-log.sock"  # below run/; asterisk/private makes it Asterisk's /dev/log
# Said whenever the engine ends a wait by writing its next command, that is for every assignment.
OUR_DOING: Final = "The FD we were waiting for has something waiting"
# Said once for each INVITE that Asterisk answers 503: while it stops, or when it can make no channel. Its own
# words stand before what strangers say, so nobody else can put them there.
_REFUSED: Final = re.compile(
    r"ERROR\[\d+\]: chan_pjsip\.c:\d+ in chan_pjsip_incoming_request:\s+(\S+): Failed to allocate new PJSIP"
)
CALLERS: Final = (w.TRUNK, w.TRUNK_NAT, w.TRUNK_UNCLEAN, w.TEST_CALLER)
LONGEST_LINE: Final = 2000  # characters
AT_ONCE: Final = 200  # lines taken in one go, before the supervisor's other duties get their turn

# What syslog puts before a line: `<134>Nov 22 14:00:00 asterisk[17]: `.
_ENVELOPE: Final = re.compile(r"^<\d+>(?:\w{3} [ \d]\d \d\d:\d\d:\d\d )?(?:[\w.-]+\[\d+\]: )?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]")
# Six digits and more, whatever stands between them; but not our call ids nor Asterisk's unique ids, which
# begin with the time, and not the dots of an address.
_NUMBER: Final = re.compile(
    r"(?<![\w.])[a-z0-9]{1,16}-1\d{12}-\d+|(?<!\d)1\d{9}\.\d+|\+?\d(?:[ ()-]{0,2}\d){5,}"
)
_OWN: Final = re.compile(r"(?:[a-z0-9]+-1\d{12}-\d+|1\d{9}\.\d+)")
_NAMED: Final = re.compile(r"caller ?id|from header|connected line|display ?name|\bname\b", re.IGNORECASE)
_QUOTED: Final = re.compile(r"(['\"])(?:.*(['\"])|.*)")  # also one that was cut before its end
_SENDER: Final = re.compile(r"(from ').*(' failed for )")
# Proofs in security events: with the right answer beside its challenge a password can be guessed at home.
_PROOF: Final = re.compile(r'\b(Challenge|Response|ExpectedResponse|ReceivedChallenge|ReceivedHash)="[^"]*"')
_SECRET: Final = re.compile(r"\b(token|secret|password)=[^\s,'\"]+", re.IGNORECASE)
_ACCOUNT: Final = re.compile(r'\bAccountID="(.*?)"(?=,\w+="|$)')
_TIMES: Final = re.compile(r'\b(?:EventTV|SessionTV|RemoteAddress|LocalAddress)="[^"]*"')


def masked_line(datagram: bytes) -> tuple[bool, str]:
    """(whether it is a security event, the line to keep) for one datagram of Asterisk's.

    Numbers keep two digits; of a caller's name nothing stays, nor of a password's proof. A line stays one
    line, whatever a stranger put into it. RemoteAddress stays as it is: fail2ban reads it.
    """
    text = datagram.decode("utf-8", "replace").rstrip("\0\n")
    text = _CONTROL.sub(" ", _ENVELOPE.sub("", text, count=1))[:LONGEST_LINE]
    text = _SECRET.sub(r"\1=***", text)  # an engine that is away is named with its whole URL
    if text.startswith("SECURITY"):
        return True, _event(text)
    head, colon, said = text.partition(": ")
    said = _SENDER.sub(r"\1***\2", said)
    if _NAMED.search(said):
        said = _QUOTED.sub("'***'", said)
    return False, f"{head}{colon}{_numbers(said)}"


def refused(line: str) -> str | None:
    """Whose caller Asterisk has just answered 503, as the line tells it; None for every other line."""
    found = _REFUSED.match(line)
    return found[1] if found is not None and found[1] in CALLERS else None


def _event(text: str) -> str:
    text = _PROOF.sub(r'\1="***"', text)
    text = _ACCOUNT.sub(lambda found: f'AccountID="{_account(found[1])}"', text)
    kept, rest, at = [], [], 0
    for found in _TIMES.finditer(text):
        rest.append(text[at : found.start()])
        kept.append(found[0])
        at = found.end()
    rest.append(text[at:])
    masked_rest = [_numbers(part) for part in rest]
    return "".join(part + own for part, own in zip(masked_rest, [*kept, ""], strict=True))


def _account(user: str) -> str:
    digits = sum(character.isdigit() for character in user)
    return str(masked("".join(c for c in user if c.isdigit()))) if digits >= 5 else user


def _numbers(text: str) -> str:
    return _NUMBER.sub(lambda found: found[0] if _OWN.fullmatch(found[0]) else f"***{found[0][-2:]}", text)


class AsteriskLog:
    """Listens where Asterisk logs, and writes home/log/asterisk.log and home/log/security.log.

    Open inside a running loop. While nobody listens Asterisk's lines are lost, and it is not held up.
    A caller who was refused is an alarm (kind, the endpoint): no call of Asterisk's tells of them (A19).
    """

    def __init__(self, settings: Settings, alarm: Callable[[str, str], None] | None = None) -> None:
        self._alarm = alarm
        folder = settings.home / "log"
        self._files = (_Lines(folder / "asterisk.log"), _Lines(folder / "security.log"))
        self._path = settings.run_dir / SOCKET
        self._socket = _bound(self._path, settings.asterisk_user)
        asyncio.get_running_loop().add_reader(self._socket, self._take)

    def close(self) -> None:
        """Take what is still there, then stop."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self.take_all()
        self._socket.close()
        self._path.unlink(missing_ok=True)
        for file in self._files:
            file.close()

    def take_all(self) -> None:
        """What Asterisk has said up to now, to its last line."""
        while self._take() == AT_ONCE:
            pass

    def _take(self) -> int:
        now = datetime.now().astimezone()  # as Asterisk writes it, so that what reads its logs reads ours
        for taken in range(AT_ONCE):
            try:
                datagram = self._socket.recv(65536)
            except OSError:  # nothing more
                return taken
            security, line = masked_line(datagram)
            if OUR_DOING in line:
                continue
            if not security and self._alarm is not None and (whose := refused(line)) is not None:
                self._alarm(CALL_REFUSED, whose)
            self._files[security].add(f"[{now:%F %T}.{now.microsecond // 1000:03d}] {line}")
        return AT_ONCE


class _Lines(RotatingFileHandler):
    """A bounded file of lines; a full disk costs the lines, nothing else."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=LONGEST, backupCount=OLDER, encoding="utf-8", errors="replace")

    def add(self, line: str) -> None:
        """One line more."""
        with suppress(OSError):
            self.handle(LogRecord("asterisk", 0, "", 0, line, None, None))


def _bound(path: Path, user: str) -> socket.socket:
    """A datagram socket that only `user` may write to."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    before = os.umask(0o177)
    try:
        made.bind(f"/proc/self/fd/{folder}/{path.name}")  # the way itself may be longer than 108 bytes
    finally:
        os.umask(before)
        os.close(folder)
    shutil.chown(path, user)
    return made
