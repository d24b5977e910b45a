"""The consultants' accounts on disk: one JSON file in home, written whole; edge."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from config import no_follow
from config.refusals import Code, refused
from config.settings import Language, Settings
from dialplan.sip_accounts import LAB, SipAccount
from engine.install.run_as_user import as_owner
from engine.install.secrets import fresh, write_private

ID: Final = re.compile(r"[cs][0-9]{2,6}")
LONGEST_NAME: Final = 80  # letters; Asterisk's own places for a name hold no more


class ConsultantRefused(ValueError):
    """The account cannot be as it was asked for; the text says what to do."""


def path(settings: Settings) -> Path:
    """Where the accounts are kept."""
    return settings.home / "accounts" / "consultants.json"


def load(settings: Settings) -> tuple[SipAccount, ...]:
    """All accounts by id; the lab begins with invented people, a site with nobody."""
    known = _read(settings)
    if known is None:
        people = LAB if settings.profile == "lab" else ()
        save(settings, [SipAccount(id_, name, languages, fresh()) for id_, name, languages in people])
        known = _read(settings) or b"[]"
    return tuple(
        SipAccount(one["id"], one["name"], tuple(one["languages"]), one["secret"])
        for one in json.loads(known)
    )


def save(settings: Settings, accounts: Sequence[SipAccount]) -> None:
    """Write all accounts; as the engine's user, where root does it: the folder is the engine's."""
    rows = [
        {"id": a.id, "name": a.name, "languages": list(a.languages), "secret": a.secret}
        for a in sorted(accounts, key=lambda a: a.id)
    ]
    with as_owner(path(settings).parent):
        write_private(path(settings), json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def _read(settings: Settings) -> bytes | None:
    try:
        with no_follow.folder(path(settings).parent) as folder:
            return no_follow.read_below(folder, path(settings).name)
    except FileNotFoundError:
        return None


def with_new(
    accounts: Sequence[SipAccount], id_: str, name: str, languages: Sequence[Language]
) -> tuple[SipAccount, ...]:
    """The accounts and a new one with a fresh secret. Raises ConsultantRefused."""
    if not ID.fullmatch(id_):
        raise ConsultantRefused(refused(Code.CONSULTANT_ID_UNFIT, id=id_))
    if any(one.id == id_ for one in accounts):
        raise ConsultantRefused(refused(Code.CONSULTANT_EXISTS, id=id_))
    return (*accounts, SipAccount(id_, _name(name), _languages(languages), fresh()))


def with_changed(
    accounts: Sequence[SipAccount],
    id_: str,
    name: str | None = None,
    languages: Sequence[Language] | None = None,
    *,
    secret: bool = False,
) -> tuple[SipAccount, ...]:
    """The accounts, one of them changed; None: as it is. `secret`: a fresh one. Raises ConsultantRefused."""
    before = next((one for one in accounts if one.id == id_), None)
    if before is None:
        raise ConsultantRefused(refused(Code.UNKNOWN_CONSULTANT, id=id_))
    after = SipAccount(
        id_,
        before.name if name is None else _name(name),
        before.languages if languages is None else _languages(languages),
        fresh() if secret else before.secret,
    )
    return tuple(after if one is before else one for one in accounts)


def _name(name: str) -> str:
    if not name.strip() or not name.strip().isprintable() or len(name.strip()) > LONGEST_NAME:
        raise ConsultantRefused(refused(Code.CONSULTANT_NAME_UNFIT))
    return name.strip()


def _languages(languages: Sequence[Language]) -> tuple[Language, ...]:
    if not languages or len(set(languages)) != len(languages):
        raise ConsultantRefused(refused(Code.UNKNOWN_LANGUAGES))
    return tuple(languages)


def without(accounts: Sequence[SipAccount], id_: str) -> tuple[SipAccount, ...]:
    """The accounts but this one. Raises ConsultantRefused when there is none."""
    if all(one.id != id_ for one in accounts):
        raise ConsultantRefused(refused(Code.UNKNOWN_CONSULTANT, id=id_))
    return tuple(one for one in accounts if one.id != id_)
