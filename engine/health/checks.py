"""`ivr111 doctor`: all that the line stands on, looked at one by one; each failure says what to do; edge."""

from config.settings import Settings
from config.told import told
from engine.health.evidence import evidence, keys, volumes
from engine.health.installed import asterisk_version, clock, disk, home, prompts, setup, users
from engine.health.register import register
from engine.health.running import answers, database
from engine.install.check import Check
from engine.install.port_checks import ports

LOOKS = (
    home,
    asterisk_version,
    setup,
    users,
    disk,
    prompts,
    clock,
    ports,
    database,
    answers,
    keys,
    evidence,
    register,
    volumes,
)


def examine(settings: Settings) -> list[Check]:
    """Look at everything, the line running or not. Never raises; takes at most some seconds.

    Not from inside an event loop. No finding holds personal data.
    """
    found: list[Check] = []
    for look in LOOKS:
        try:
            found.extend(look(settings))
        except Exception as why:  # one broken look must not hide the others
            found.append(
                Check(
                    look.__name__,
                    "failure",
                    told("could not be looked at: {why}", why=why),
                    "see the message",
                )
            )
    return found
