"""Our parts for a site with an Asterisk of its own: one folder that its main files include; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from config.settings import Settings
from dialplan.line_secrets import Secrets
from dialplan.render import render
from dialplan.sip_accounts import SipAccount

FOLDER: Final = "111.d"  # below the folder of the site's main files
PARTS: Final = ("extensions", "pjsip", "queues", "features", "musiconhold", "manager", "cel_custom")
MARK: Final = "; Written by ivr111 render"
HEADER: Final = f"{MARK}: do not edit, it is written over; put changes into NAME_custom.conf beside it.\n"
_SECRET: Final = re.compile(r"(?P<name>\b(?:password|secret)\s*=\s*|token=)(?P<value>[^\s,]+)")


@dataclass(frozen=True, slots=True)
class MainFile:
    """What one of the site's own files needs: a line that includes our part, settings in its own sections."""

    name: str
    include: str | None
    settings: tuple[str, ...] = ()


def parts(settings: Settings, secrets: Secrets, accounts: Sequence[SipAccount]) -> Mapping[str, str]:
    """File name in FOLDER → text. No global section: the site has its own. Never the lab's test caller.

    Raises Unsafe as `render`.
    """
    site = settings.model_copy(update={"profile": "site"})
    whole = render(site, secrets, accounts, modules_dir="", custom=True, header="")
    return {
        f"{name}.conf": HEADER.replace("NAME", name)
        + whole[f"{name}.conf"]
        # Included paths count from the site's main folder. A missing file is no error with #tryinclude.
        + f'\n#tryinclude "{FOLDER}/{hook(name)}"\n'
        for name in PARTS
    }


def hook(part: str) -> str:
    """The file in FOLDER that belongs to the site: made once, never written again."""
    return f"{part}_custom.conf"


def hooks() -> tuple[str, ...]:
    """All of them."""
    return tuple(hook(part) for part in PARTS)


def main_files(settings: Settings) -> tuple[MainFile, ...]:
    """What to write into the site's own files, once, by hand."""
    needs = {
        "manager": (
            f"[general] enabled = yes, bindaddr = {settings.ami_address}, port = {settings.ami_port}",
            "[general] timestampevents = yes, webenabled = no, allowmultiplelogin = yes",
        ),
        "pjsip": (
            # header first: a number with line breaks in it must not reach the manager (trunk-unclean)
            "[global] endpoint_identifier_order = header,ip,username",
            "[global] default_auth_algorithms_uas = MD5,SHA-256",
            # 111;phone-context=+7 is 111
            "[global] ignore_uri_user_options = yes",
        ),
        "queues": ("[general] persistentmembers = yes",),
        "features": ("[general] featuredigittimeout = 1500", f"[general] pickupexten = {'-' * 100}"),
    }
    included = tuple(
        MainFile(f"{part}.conf", f'#tryinclude "{FOLDER}/{part}.conf"', needs.get(part, ())) for part in PARTS
    )
    return (
        *included,
        MainFile(
            "cel.conf",
            None,
            (
                "[general] enable = yes, apps = dial,queue",
                "[general] events = CHAN_START,CHAN_END,ANSWER,HANGUP,BRIDGE_ENTER,BRIDGE_EXIT,APP_START,"
                "LINKEDID_END,USER_DEFINED",
            ),
        ),
        MainFile(
            "modules.conf", None, ("[modules] func_base64, func_lock, func_md5 and res_srtp are loaded too",)
        ),
        MainFile("rtp.conf", None, ("[general] strictrtp = yes, probation = 1000000",)),
        MainFile("logger.conf", None, ("[logfiles] security.log => security",)),
    )


def links(settings: Settings) -> tuple[tuple[str, str], ...]:
    """(target, link below the site's data folder): where our prompts are to be found."""
    return tuple((str(settings.sounds / code / "111"), f"sounds/{code}/111") for code in ("kk", "ru"))


def without_secrets(text: str) -> str:
    """`text` for a screen: each secret becomes a sign that still shows whether it changed."""
    return _SECRET.sub(lambda m: f"{m['name']}<secret {sha256(m['value'].encode()).hexdigest()[:8]}>", text)
