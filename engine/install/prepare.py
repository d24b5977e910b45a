"""Everything a start needs on disk: folders, secrets, prompts, Asterisk's configuration, lab.json; edge."""

import json
import re
from typing import Any, Final

from config import no_follow
from config.settings import Settings
from config.told import told
from dialplan import words
from dialplan.config_check import check
from dialplan.line_secrets import Secrets
from dialplan.numbers import spellings
from dialplan.pjsip_accounts import with_accounts_of
from dialplan.render import render
from dialplan.sip_accounts import SipAccount
from engine.install import consultant_accounts as accounts
from engine.install import secrets
from engine.install.keys import ensure_keys
from engine.install.prompt_folders import folders, lay_out
from ivr.prompts.prompt_files import missing

PLAIN: Final = re.compile(r"/[A-Za-z0-9/_.@+~=-]{1,200}")  # no comma, bracket, dollar, blank: dialplan syntax


class NotReady(Exception):
    """The line cannot start; the text says what to do."""


def prepare(settings: Settings) -> None:
    """Bring home up to date before Asterisk starts. Raises NotReady.

    A prompt missing in one language refuses to start (A2).
    """
    if not PLAIN.fullmatch(str(settings.home)):
        raise NotReady(
            told(
                "the path {home} cannot be written into Asterisk's configuration: "
                "choose an IVR111_HOME of letters, digits and / _ . - @ + ~ =",
                home=settings.home,
            )
        )
    absent = missing(*folders(settings))
    if absent:
        files = "\n".join(str(p) for p in absent)
        raise NotReady(told("{files}\nwrite the drafts with: ivr111 prompts speak", files=files))
    lay_out(settings)
    ensure_keys(settings)  # one that is gone stops no call; doctor and the evidence process say so
    _hide_anew(settings)
    write_configuration(settings)
    write_lab(settings)


def _hide_anew(settings: Settings) -> None:
    if not settings.never_had_a_journal:
        from engine.install.second_factor_keys import hide_anew  # noqa: PLC0415 - brings SQLAlchemy

        hide_anew(settings)


def asterisk_kind(settings: Settings) -> dict[str, Any]:
    """What set-up provided: kind, root, version, modules_dir. Raises NotReady."""
    file = settings.setup / "asterisk.json"
    if not file.exists():
        raise NotReady(told("no Asterisk was provided ({file} is missing): run make setup", file=file))
    kind: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return kind


def write_configuration(settings: Settings) -> None:
    """Render Asterisk's files into home/asterisk/etc, checked before they are written. Raises NotReady."""
    etc = settings.home / "asterisk" / "etc"
    files = render(
        settings,
        secrets.load(settings.home / "secrets"),
        accounts.load(settings),
        modules_dir=str(asterisk_kind(settings)["modules_dir"]),
    )
    faults = check(files)
    if faults:
        raise NotReady("\n".join(faults))
    for name, text in files.items():
        file = etc / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            secrets.write_private(file, text)
    for stale in set(p.name for p in etc.glob("*.conf")) - set(files):
        (etc / stale).unlink()


def write_people(settings: Settings, without: str = "") -> None:
    """The accounts, all but one, into the pjsip.conf that is there; nothing else in it changes.

    Raises NotReady.
    """
    file = settings.home / "asterisk" / "etc" / "pjsip.conf"
    people = [one for one in accounts.load(settings) if one.id != without]
    known, kind = secrets.load(settings.home / "secrets"), asterisk_kind(settings)
    fresh = render(settings, known, people, modules_dir=str(kind["modules_dir"]), only="pjsip.conf")[
        "pjsip.conf"
    ]
    before = file.read_text(encoding="utf-8")
    text = with_accounts_of(before, fresh)
    if faults := check({"pjsip.conf": text}):
        raise NotReady("\n".join(faults))
    if text != before:
        there = file.stat()  # Asterisk may read it at any moment
        no_follow.write_whole(file, text.encode(), owner=(there.st_uid, there.st_gid))


def write_lab(settings: Settings) -> None:
    """run/lab.json: addresses, accounts, ports and feature codes for scripts and softphones."""
    known = secrets.load(settings.home / "secrets")
    secrets.write_private(
        settings.run_dir / "lab.json", json.dumps(lab(settings, known), ensure_ascii=False, indent=1)
    )


def lab(settings: Settings, known: Secrets) -> dict[str, Any]:
    """How to reach this copy of the line, as scripts read it."""
    caller = {"username": words.TEST_CALLER, "password": known.test_caller}
    people = accounts.load(settings) if settings.profile == "lab" else ()
    return {
        "sip": {"address": settings.sip_address, "port": settings.sip_port, "transport": "udp"},
        "number": settings.own_numbers[0],
        "numbers": list(spellings(settings.own_numbers)),
        "trunk": {"address": settings.trunk_addresses[0], "addresses": settings.trunk_addresses},
        "test_caller": caller if settings.profile == "lab" else None,
        "consultants": [
            {**_phone(one), "languages": list(one.languages)} for one in people if not one.supervisor
        ],
        "supervisors": [_phone(one) for one in people if one.supervisor],
        "unified_contact_centre": {
            "number": "1414",
            "address": settings.ucc_address,
            "port": settings.ucc_port,
        },
        "duty_phone": {
            "number": settings.duty_number,
            "address": settings.duty_address,
            "port": settings.duty_port,
        },
        "feature_codes": {
            "transfer_1414": settings.code_transfer_1414,
            "pause": settings.code_pause,
            "release": settings.code_release,
        },
        "ports": {
            "sip": settings.sip_port,
            "agi": settings.agi_port,
            "ami": settings.ami_port,
            "http": settings.http_port,
            "rtp_first": settings.rtp_first,
            "rtp_last": settings.rtp_last,
        },
        "home": str(settings.home),
        "pid_files": {"engine": "run/engine.pid", "asterisk": "run/asterisk.pid"},
    }


def _phone(one: SipAccount) -> dict[str, Any]:
    return {"id": one.id, "username": one.id, "password": one.secret, "name": one.name}
