"""The doctor's looks at ports and addresses, which the start takes, too; edge."""

from collections.abc import Iterator
from pathlib import Path

from config.settings import Settings
from config.told import told
from engine.install.check import Check
from engine.install.ports import CheckedPort, held_between, holders, ours, program


def ports(settings: Settings) -> Iterator[Check]:
    """Each port is free, or held by the part of ours that should hold it."""
    yield from (check for _, check in looked_at(settings))
    yield from sound_ports(settings)


def looked_at(settings: Settings) -> Iterator[tuple[CheckedPort, Check]]:
    """The ports that something listens on, each with what stands in its way."""
    for port in (
        CheckedPort("sip_port", "udp", settings.sip_address, settings.sip_port, "asterisk"),
        CheckedPort("ami_port", "tcp", settings.ami_address, settings.ami_port, "asterisk"),
        CheckedPort("agi_port", "tcp", settings.agi_address, settings.agi_port, "engine"),
        CheckedPort("console_port", "tcp", settings.console_address, settings.console_port, "console"),
        CheckedPort("console_plain_port", "tcp", "127.0.0.1", settings.console_plain_port, "console"),
    ):
        if not port.number:  # turned off
            continue
        name = told("port {number}/{kind}", number=port.number, kind=port.kind)
        pid_file = settings.run_dir / f"{port.owner}.pid"
        others = holders(port) - {_pid(pid_file)}
        if others:
            who = program(min(others))
            move = told("stop it, or set IVR111_{setting}", setting=port.setting.upper())
            yield port, Check(name, "failure", told("held by {who}", who=who), move)
        elif not ours(port.address):
            place = port.setting.replace("_plain_port", "_address").replace("_port", "_address")
            said = told("this machine has no address {address}", address=port.address)
            setting = f"IVR111_{place.upper()}"
            yield port, Check(name, "failure", said, told("set {setting}, or bring it up", setting=setting))
        else:
            yield (
                port,
                Check(name, "ok", told("for {owner} on {address}", owner=port.owner, address=port.address)),
            )


def sound_ports(settings: Settings) -> Iterator[Check]:
    """The range of the sound: Asterisk passes over a port that another holds, so only many are a failure."""
    first, last = settings.rtp_first, settings.rtp_last
    name = told("ports {first}-{last}/udp", first=first, last=last)
    others = held_between(first, last)
    others.pop(_pid(settings.run_dir / "asterisk.pid") or 0, None)
    taken = sum(others.values())
    move = told("stop it, or set IVR111_RTP_FIRST and IVR111_RTP_LAST")
    if not taken:
        yield Check(name, "ok", "for the sound")
    else:
        who = program(max(others, key=lambda pid: others[pid]))
        many = taken > (last - first + 1) / 2
        said = told("{count} of them held, most by {who}", count=taken, who=who)
        yield Check(name, "failure" if many else "warning", said, move)


def _pid(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
