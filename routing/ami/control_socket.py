"""Single commands to Asterisk over its control socket, where the kernel tells it who asks; edge.

Asterisk gives MixMonitor over AMI only together with ModuleLoad, GetConfig and DBPut. On the control socket
it has rights for each command and user (cli_permissions.conf), and the engine's are the two below (0071).
"""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from routing.ami.message import Message
from routing.ami.protocol import AmiDown, AmiError, AmiInjection, AmiTimeout

BEGUN: Final = "RECORDER"  # the channel variable in which Asterisk leaves a recorder's id
CONTACTS: Final = "pjsip show contacts"
_CHANNEL: Final = re.compile(r"[A-Za-z0-9_./@;-]{1,100}")
_WORDS: Final = re.compile(r"[^\"\\\x00-\x1f\x7f]{1,1000}")
_CONTACT: Final = re.compile(r" *Contact: +(?P<aor>[A-Za-z0-9_-]+)/(?P<uri>\S+) +\S* +(?P<status>[A-Za-z]+) ")


async def run_command(socket: Path, command: str, within: float) -> str:
    """What Asterisk answers to one command. Raises AmiDown, AmiTimeout."""
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                await reader.readuntil(b"\n")  # host, pid, version
                writer.write(f"cli quit after {command}\0".encode())
                return (await reader.read()).decode(errors="replace").replace("\0", "")
            finally:
                writer.transport.abort()
    except TimeoutError:
        raise AmiTimeout(f"no answer to {command.split(maxsplit=1)[0]} on the control socket") from None
    except (OSError, EOFError) as why:
        raise AmiDown(f"control socket: {type(why).__name__}") from None


def mixmonitor_command(fields: Mapping[str, str]) -> str:
    """MixMonitor's fields as a command. Raises AmiInjection for what would be more than one word."""
    channel = fields["Channel"]
    what = f"{fields['File']},{fields.get('Options', '')}i({BEGUN})"
    if not _CHANNEL.fullmatch(channel) or not _WORDS.fullmatch(what):
        raise AmiInjection("a channel or a file that is no word")
    return f'mixmonitor start {channel} "{what}"'


def contacts(said: str) -> list[Message]:
    """The phones that `pjsip show contacts` names, as the items of AMI's PJSIPShowContacts.

    A long URI is cut off there: what is given is its beginning.
    Raises AmiError when it names none, as the action does, or was refused.
    """
    found = [match for line in said.splitlines() if (match := _CONTACT.match(line))]
    if not found:
        none = "No objects found" in said
        raise AmiError("No Contacts found" if none else "contacts not listed")
    return [
        Message(
            {
                "Event": "ContactList",
                "Endpoint": one["aor"],
                "Uri": one["uri"],
                "Status": _status(one["status"]),
            }
        )
        for one in found
    ]


def _status(word: str) -> str:
    return {"Avail": "Reachable", "Unavail": "Unreachable"}.get(word, word)
