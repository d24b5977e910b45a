"""Logging: structlog events as JSON or console lines, personal data masked, files bounded in size."""

import logging
import os
import re
import sys
from collections.abc import Iterator, MutableMapping
from logging.handlers import RotatingFileHandler
from typing import Any, Final, Literal

import structlog

from config.masking import masked
from config.settings import Settings

LONGEST: Final = 10_000_000  # bytes of one file
OLDER: Final = 4  # files kept beside it

# In texts that are not ours (libraries, tracebacks): a number of eleven digits or an international one.
# A call id's milliseconds have thirteen digits and stay readable.
NUMBER: Final = re.compile(r"(?<!\d)(?:\+\d{7,15}|[78]\d{10})(?!\d)")

Event = MutableMapping[str, Any]


def mask_personal(_: object, __: str, event: Event) -> Event:
    """Mask every key that starts with pii_, at any depth."""
    for key, value in event.items():
        event[key] = masked(value) if key.startswith("pii_") else _inside(value)
    return event


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: masked(v) if str(k).startswith("pii_") else _inside(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_inside(item) for item in value]
    return value


def mask_numbers(_: object, __: str, event: Event) -> Event:
    """Mask numbers in a traceback: an exception's text may quote a caller."""
    if isinstance(event.get("exception"), str):
        event["exception"] = without_numbers(event["exception"])
    return event


def mask_foreign(_: object, __: str, event: Event) -> Event:
    """Mask numbers in what a library says."""
    event["event"] = without_numbers(str(event.get("event", "")))
    return event


def without_numbers(text: str) -> str:
    """A text with every telephone number reduced to its last two digits."""
    return NUMBER.sub(lambda found: f"***{found[0][-2:]}", text)


def configure(
    settings: Settings,
    program: Literal["engine", "evidence", "console", "register", "supervise"] | None,
    stderr: bool | None = None,
) -> None:
    """Send all logs to home/log/`program`/`program`.log (None: no file) and to stderr.

    `stderr` None: unless IVR111_LOG_STDERR is 0, as under the supervisor, where nobody may be reading any
    more, and a full pipe would stop the engine.
    """
    handlers = list(_handlers(settings, program, stderr))
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    for handler in handlers:
        handler.setFormatter(_formatter(settings, shared))
    logging.basicConfig(handlers=handlers or [logging.NullHandler()], level=logging.WARNING, force=True)
    logging.raiseExceptions = False  # a full disk must cost the log, nothing else
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=_ours,
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _ours().setLevel(logging.INFO)


def _handlers(settings: Settings, program: str | None, stderr: bool | None) -> Iterator[logging.Handler]:
    if program is not None:
        folder = settings.home / "log" / ("" if program == "supervise" else program)  # root's are its own
        folder.mkdir(parents=True, exist_ok=True)
        yield RotatingFileHandler(folder / f"{program}.log", maxBytes=LONGEST, backupCount=OLDER)
    if stderr or (stderr is None and os.environ.get("IVR111_LOG_STDERR") != "0"):
        yield logging.StreamHandler(sys.stderr)


def _formatter(
    settings: Settings, shared: list[structlog.types.Processor]
) -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, mask_foreign],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask_numbers,
            mask_personal,
            _renderer(settings),
        ],
    )


def _ours(*_: object) -> logging.Logger:
    return logging.getLogger("ivr111")


def _renderer(settings: Settings) -> structlog.types.Processor:
    if settings.log_format == "console":
        return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
