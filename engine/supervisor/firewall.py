"""Only the line's own users reach Asterisk's manager and the engine's FastAGI on this machine; edge.

Loopback is everybody's: forty silent connections of any user would fill the manager's places (decision 0071).
"""

import asyncio
import pwd

import structlog

from config.settings import Settings
from engine.supervisor.netfilter import GuardedPort, delete_table, replace_table
from engine.supervisor.watch import AlarmSink

log = structlog.get_logger()

UNKNOWN = "not looked yet"
AGAIN = 5.0  # seconds: a firewall that is loaded anew wipes our table, too


def guarded(settings: Settings) -> tuple[GuardedPort, ...]:
    """The ports and who may connect. KeyError when a user is not there."""
    manager = (0, pwd.getpwnam(settings.run_user).pw_uid)
    agi = (0, pwd.getpwnam(settings.asterisk_user).pw_uid)
    return (
        GuardedPort(settings.ami_address, settings.ami_port, manager),
        GuardedPort(settings.agi_address, settings.agi_port, agi),
    )


def table(settings: Settings) -> str:
    """One for each line on this machine."""
    return f"ivr111-{settings.ami_port}"


def install_rules(settings: Settings) -> str | None:
    """Put the rules; None when they stand, else why not."""
    try:
        replace_table(table(settings), guarded(settings))
    except (OSError, KeyError) as why:
        return str(why) or type(why).__name__
    return None


async def keep_rules(settings: Settings, alarms: AlarmSink) -> None:
    """Put them again and again, until cancelled; without them the line runs on, and says so."""
    told: str | None = UNKNOWN
    while True:
        why = await asyncio.to_thread(install_rules, settings)
        if why != told:
            if why is None:
                log.info("gate_closed", ports=[settings.ami_port, settings.agi_port])
                alarms.ended("gate_open", "manager")
            else:
                log.critical("gate_open", alarm=True, why=why, port=settings.ami_port)
                alarms.stands("gate_open", "manager")
            told = why
        await asyncio.sleep(AGAIN)


def remove_rules(settings: Settings) -> None:
    """At the line's end nothing of it stays."""
    try:
        delete_table(table(settings))
    except OSError as why:
        log.warning("gate_not_removed", why=str(why))
