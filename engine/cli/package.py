"""`ivr111 demands package` and `verify`: the package made, and any package checked; edge."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.problem import Problem
from config.told import told
from engine.cli.options import DemandId
from engine.cli.output import AsJson, as_json, hint, plain_words, say

if TYPE_CHECKING:
    from config.settings import Settings
    from engine.evidence.services import EvidenceServices
    from recordings.model.access_entry import Actor
    from recordings.package.service import MadePackage


@plain_words()
def package(
    demand: DemandId,
    out: Annotated[str, typer.Option(help="Folder to put the package and its signature into.")],
    age: Annotated[str, typer.Option(help="Encrypt to the receiver's age key (age1...).")] = "",
    passphrase_file: Annotated[str, typer.Option(help="Encrypt with the passphrase in this file.")] = "",
    json: AsJson = False,
) -> None:
    """Make the package of an approved demand; made again it is the same to the byte."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.demand_output import demand_id  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    settings = Settings()
    who, id_ = actor(settings, Right.DEMANDS), demand_id(demand)
    if age and passphrase_file:
        raise typer.BadParameter(told("say either --age or --passphrase-file"), param_hint="--age")
    folder = Path(out)
    passphrase = _asked_for(folder, passphrase_file)
    made = _made(settings, id_, who)
    written = hand_out(settings, made, folder, age, passphrase)
    if json:
        as_json({"package": str(written), "sha256": made.sha256, "recordings": made.recordings})
        return
    say("{written}: {recordings} recordings", written=written, recordings=made.recordings)
    say("SHA-256 of the ZIP {sha256}", sha256=made.sha256)
    say("check it: ivr111 demands verify {file}", file=folder / made.path.name)


def _asked_for(folder: Path, passphrase_file: str) -> str | None:
    """The passphrase, read with the person's own rights, once the folder is fit. Raises Problem."""
    from engine.cli.file_rights import own_rights  # noqa: PLC0415

    with own_rights():
        fits = folder.is_dir() and os.access(folder, os.W_OK, effective_ids=True)
        try:
            passphrase = Path(passphrase_file).read_text(encoding="utf-8").strip() if passphrase_file else ""
        except FileNotFoundError as why:
            raise Problem(
                told("there is no file {passphrase_file}", passphrase_file=passphrase_file)
            ) from why
    if not fits:
        raise Problem(told("{folder} is no folder one can write to: make it first", folder=folder))
    return passphrase if passphrase_file else None


def _made(settings: "Settings", id_: int, who: "Actor") -> "MadePackage":
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415

    ticker = ProgressLine("package", "files")
    count = 0

    def step(_name: str) -> None:
        nonlocal count
        count += 1
        ticker(count)

    async def question(evidence: "EvidenceServices") -> "MadePackage":
        return await evidence.packages.make(id_, who, datetime.now(UTC), step)

    made = with_evidence(settings, question)
    ticker.done()
    return made


@plain_words()
def verify(
    package: Annotated[str, typer.Argument(help="The package (.zip), or a folder with it unpacked.")],
    key: Annotated[str, typer.Option(help="Public key: 64 hex digits or a file; default: ours.")] = "",
    json: AsJson = False,
) -> None:
    """Check a package: one changed bit is found, and the member named, or "container"."""
    import hashlib  # noqa: PLC0415

    from config.settings import Settings  # noqa: PLC0415
    from engine.cli.file_rights import own_rights  # noqa: PLC0415
    from recordings.package import verify_package as verifier  # noqa: PLC0415
    from recordings.privacy.keyring import Keyring  # noqa: PLC0415

    path = Path(package)
    try:
        public = None if key else Keyring(Settings().keys_dir).public()
        with own_rights():
            public = public or verifier.read_key(key)
            answer = verifier.check(path, public)
    except ValueError as why:
        raise typer.BadParameter(str(why), param_hint="--key") from None
    except OSError as why:
        raise Problem(told("{path} cannot be read: {strerror}", path=path, strerror=why.strerror)) from why
    key_sha256 = hashlib.sha256(public).hexdigest()
    if json:
        facts = {"faults": answer.faults, "missing": answer.missing, "demand": answer.demand}
        as_json({"package": str(path), **facts, "key_sha256": key_sha256})
    else:
        said = [*answer.faults, *answer.about, *answer.missing]
        for line in (*said, told("SHA-256 of the key: {hash}", hash=key_sha256)):
            typer.echo(hint(line))
        if not answer.faults:
            say("not fully checked" if answer.missing else "unaltered")
    if answer.faults or answer.missing:
        raise typer.Exit(1 if answer.faults else 2)


def hand_out(
    settings: "Settings", made: "MadePackage", folder: Path, age: str, passphrase: str | None
) -> Path:
    """The package (in an envelope, else with its signature) where the person wants it; nothing stays here.

    Its folder is the evidence process's: only a plain file of whoever owns it is taken, never what a link
    leads to, and nothing is written there. Raises Problem, UnexpectedFile, WrongRecipient, OSError.
    """
    from config.no_follow import open_plain  # noqa: PLC0415
    from engine.cli.file_rights import copy_out, written_own  # noqa: PLC0415
    from engine.install.run_as_user import as_evidence  # noqa: PLC0415
    from recordings.package import envelope  # noqa: PLC0415

    owner = settings.packages.stat().st_uid
    try:
        with open_plain(made.path, owner) as package:
            if not age and passphrase is None:
                with open_plain(made.signature, owner) as signature:
                    copy_out(package, folder / made.path.name)
                    copy_out(signature, folder / made.signature.name)
                return folder / made.path.name
            target = folder / f"{made.path.name}.age"
            with written_own(target) as sealed:
                if passphrase is None:
                    envelope.for_recipient(package, sealed, age)
                else:
                    envelope.with_passphrase(package, sealed, passphrase)
            return target
    finally:  # numbers and voices do not lie about
        with as_evidence(settings):
            for file in (made.path, made.signature):
                with suppress(IsADirectoryError):
                    file.unlink(missing_ok=True)
