"""`ivr111 run` and `ivr111 demo`: the line in the foreground, and how to dial in; edge."""

import importlib
from typing import TYPE_CHECKING

import typer

from engine.cli.output import AsJson, plain_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from dialplan.sip_accounts import SipAccount


@plain_words()
def run() -> None:
    """Run the line until Ctrl-C.

    In the foreground: Asterisk, the engine, and what keeps both alive. Prints how to dial in, then `ready`.
    """
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.supervisor.run import run as supervise  # noqa: PLC0415

    raise typer.Exit(supervise(Settings(), get_ready))


@plain_words()
def demo(json: AsJson = False) -> None:
    """Make six calls and tell them as a timeline, on a line of their own in $IVR111_HOME/demo.

    Exit code 1 when one of them, in the journal or in its recording, is not what happened.
    """
    from config.settings import Settings  # noqa: PLC0415

    raise typer.Exit(importlib.import_module("lab.demo").run(Settings(), json))


def get_ready(settings: "Settings") -> "Sequence[str]":
    """Bring home up to date; the lines that say how to dial in. Raises NotReady."""
    from engine.install.prepare import prepare  # noqa: PLC0415

    prepare(settings)
    return dial_in(settings)


def dial_in(settings: "Settings") -> list[str]:
    """How to reach this line. Secrets are shown in the lab only, where they open nothing else."""
    from console.http.addresses import urls  # noqa: PLC0415
    from engine.install import consultant_accounts as accounts  # noqa: PLC0415

    everyone = accounts.load(settings)
    lines = [
        f"dial 111: sip:{settings.own_numbers[0]}@{settings.sip_address}:{settings.sip_port} (UDP); "
        f"the trunk is {', '.join(settings.trunk_addresses)}"
    ]
    if settings.profile == "lab":
        lines += _lab_accounts(settings, everyone)
    else:
        count = sum(not one.supervisor for one in everyone)
        lines.append(f"consultants: {count} accounts; see: ivr111 consultants list")
    lines.append(
        f"consultants press {settings.code_transfer_1414} in a call to transfer it to 1414, and dial "
        f"{settings.code_pause} to pause, {settings.code_release} to be released"
    )
    first = "ivr111 accounts add LOGIN --role administrator --person NAME"
    lines.append(f"console: {' or '.join(urls(settings))}; first account: {first}")
    lines.append("calls afterwards: ivr111 calls list, ivr111 calls show CALL_ID")
    return lines


def _lab_accounts(settings: "Settings", everyone: "Sequence[SipAccount]") -> list[str]:
    """Users and passwords of the lab's phones, a line each."""
    from dialplan.words import TEST_CALLER  # noqa: PLC0415
    from engine.install import secrets  # noqa: PLC0415

    folder = settings.home / "secrets"
    secret = secrets.load(folder).test_caller
    return [
        f"any SIP phone as caller: user {TEST_CALLER}, password {secret} (in {folder / 'test_caller'}), "
        f"from {settings.test_caller_address}",
        *(
            f"consultant {one.id}: user {one.id}, password {one.secret}, "
            f"{one.name}, speaks {' and '.join(one.languages)}"
            for one in everyone
            if not one.supervisor
        ),
        *(
            f"supervisor's phone {one.id}: user {one.id}, password {one.secret}, {one.name}"
            for one in everyone
            if one.supervisor
        ),
        f"all of this for scripts: {settings.run_dir / 'lab.json'}",
    ]
