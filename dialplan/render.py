"""Render Asterisk's whole configuration as text from the settings: pure, nothing is written here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.settings import Settings
from config.told import told
from dialplan import limits, mixmonitor, recording_names, words
from dialplan.event_filters import event_filters
from dialplan.line_secrets import Secrets
from dialplan.modules import MODULES
from dialplan.numbers import printable, spellings
from dialplan.sip_accounts import SipAccount
from ivr import ucc_result as ucc
from ivr.ucc_result import UccResult

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "asterisk" / "templates"

HEADER: Final = "; Written by ivr111 from config/ and asterisk/templates at each start: do not edit.\n"


class Unsafe(ValueError):
    """A value holds characters that could add lines or options to a configuration file."""


def safe(value: object) -> str:
    """`value` as text for a .conf file; refuses what Asterisk's parser would read as more than a value."""
    text = str(value)
    if any(ch in ";\r\n\0" or ord(ch) < 0x20 for ch in text):
        raise Unsafe(told("refused in a configuration value: {text!r}", text=text))
    return text


def render(
    settings: Settings,
    secrets: Secrets,
    accounts: Sequence[SipAccount],
    *,
    modules_dir: str,
    custom: bool = False,
    header: str = HEADER,
    only: str = "*.conf",
) -> Mapping[str, str]:
    """File name → text of every Asterisk file.

    `only`: a glob, for who wants some of them: each costs milliseconds.
    `custom`: for a site with an Asterisk of its own: without global sections, with a site's hooks.
    """
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=safe,
        autoescape=False,  # noqa: S701 - these are not web pages; `safe` guards the values
        keep_trailing_newline=True,
    )
    values = {
        **settings.model_dump(),
        **_shared_words(),
        **_transfer_results(),
        **_recording_names(),
        **_people(settings, accounts),
        **_passwords(secrets),
        "audio": settings.audio,
        "cel_file": settings.cel_file,
        "modules_dir": modules_dir,
        "custom": custom,
    }
    return {
        name: header + jinja.get_template(name).render(values)
        for name in sorted(p.name for p in TEMPLATES.glob(only))
    }


def _shared_words() -> Mapping[str, object]:
    return {
        "sound": "111/",
        "w": SimpleNamespace(**{k: v for k, v in vars(words).items() if k.isupper()}),
        "limits": limits,
        "modules": MODULES,
        "event_filters": event_filters(),
        "facts": "|".join(f"{name}=${{{name}}}" for name in words.FACTS),
        "printable": printable(),
    }


def _recording_names() -> Mapping[str, object]:
    return {
        "recording_stem": recording_names.stem_of,
        "recording_file": recording_names.file_of,
        "recorder_options": mixmonitor.options,
        "day_folder": recording_names.DAY,
    }


def _transfer_results() -> Mapping[str, object]:
    prompts = {dialled: ucc.prompt(result) for dialled, result in ucc.BY_DIAL.items()}
    return {
        "ring": SimpleNamespace(DROPS=ucc.DROPS, FORWARDS=ucc.FORWARDS),
        "ucc": UccResult,
        "ucc_by_ring": ucc.BY_RING,
        "ucc_by_dial": _by_dial(ucc.BY_DIAL, ucc.ELSE),
        "ucc_prompt": ucc.prompt,
        "ucc_prompt_by_dial": _by_dial(prompts, ucc.prompt(ucc.ELSE)),
    }


def _by_dial(results: Mapping[str, str], otherwise: str) -> str:
    """A table by Dial's status, or status/cause, as a dialplan expression."""
    found = str(otherwise)
    for dialled, result in reversed(tuple(results.items())):
        if result != otherwise:
            asked = "${DIALSTATUS}/${HANGUPCAUSE}" if "/" in dialled else "${DIALSTATUS}"
            found = f'${{IF($["{asked}"="{dialled}"]?{result}:{found})}}'
    return found


def _people(settings: Settings, accounts: Sequence[SipAccount]) -> Mapping[str, object]:
    return {
        "outbound": (
            (words.UCC_ENDPOINT, "1414", settings.ucc_address, settings.ucc_port),
            (words.DUTY_ENDPOINT, settings.duty_number, settings.duty_address, settings.duty_port),
        ),
        "consultants": [one for one in accounts if not one.supervisor],
        "supervisors": [one for one in accounts if one.supervisor],
        "own_numbers": spellings(settings.own_numbers),
    }


def _passwords(secrets: Secrets) -> Mapping[str, object]:
    return {
        "agi_token": secrets.agi_token,
        "ami_engine_secret": secrets.ami_engine,
        "ami_probe_secret": secrets.ami_probe,
        "ami_steer_secret": secrets.ami_steer,
        "test_caller_secret": secrets.test_caller,
    }
