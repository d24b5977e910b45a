"""Where the console listens and is found, from the settings alone; pure.

Apart from `listeners`: who only tells the addresses need not wait for a web server.
"""

from typing import Final

from config.settings import Settings

LOOPBACK: Final = "127.0.0.1"


def urls(settings: Settings) -> tuple[str, ...]:
    """Where the console is to be found, as a person types it."""
    secure = f"https://{settings.console_address}:{settings.console_port}/"
    plain = f"http://{LOOPBACK}:{settings.console_plain_port}/"
    return (*((secure,) if settings.console_port else ()), *((plain,) if settings.console_plain_port else ()))


def listen_addresses(settings: Settings) -> list[tuple[str, int]]:
    """What the console listens on."""
    wanted = ((settings.console_address, settings.console_port), (LOOPBACK, settings.console_plain_port))
    return [(address, port) for address, port in wanted if port]
