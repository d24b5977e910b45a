"""What commands of the register share: who asks, the services, days as people type them; edge."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from engine.register.services import RegisterServices
    from recordings.model.access_entry import Actor

T = TypeVar("T")


def settings_of_line() -> "Settings":
    """The line's settings."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these

    return Settings()


def administrator(settings: "Settings") -> "Actor":
    """Who gives this command, for which Right.DIRECTORY is needed. Raises UnknownUser, NotAllowed."""
    from config.rights import Right  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    return actor(settings, Right.DIRECTORY)


def asked(settings: "Settings", question: "Callable[[RegisterServices], Awaitable[T]]") -> T:
    """As with_register."""
    from engine.register.services import with_register  # noqa: PLC0415

    return with_register(settings, question)


def day_of(text: str, settings: "Settings", option: str = "") -> date:
    """A civil day of the centre. Raises BadParameter."""
    from engine.cli.dates import whole_day  # noqa: PLC0415

    try:
        return whole_day(text, settings.zone, datetime.now(UTC))[0].date()
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint=option or None) from None
