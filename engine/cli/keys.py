"""`ivr111 keys`: what protects the recordings; shown by fingerprint, exchanged by a command; edge."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.problem import Problem
from config.told import told
from engine.cli.output import AsJson, as_json, plain_words, say, table

if TYPE_CHECKING:
    from config.settings import Settings
    from engine.evidence.services import EvidenceServices
    from recordings.model.access_entry import Actor

keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys: show, exchange the master key.")


@keys.command()
@plain_words()
def show(json: AsJson = False) -> None:
    """List the keys by fingerprint, and what is missing. No key is ever printed."""
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.install.keys import absent, fingerprints  # noqa: PLC0415

    settings = Settings()
    there, gone = fingerprints(settings.keys_dir), absent(settings)
    if json:
        as_json({"folder": str(settings.keys_dir), "keys": there, "missing": list(gone)})
    else:
        table(("key", "fingerprint"), list(there.items()))
        for name in gone:
            say(
                "{name} is gone or is another one: put it back into {keys_dir} from its safe copy",
                name=name,
                keys_dir=settings.keys_dir,
            )
    if gone:
        raise typer.Exit(1)


@keys.command()
@plain_words()
def public(out: Annotated[str, typer.Option(help="File to write it to.")] = "", json: AsJson = False) -> None:
    """Print the public key that statements and packages are checked with; give it out by another way."""
    import hashlib  # noqa: PLC0415

    from config.settings import Settings  # noqa: PLC0415
    from recordings.package.files import verifier  # noqa: PLC0415
    from recordings.privacy.keyring import Keyring  # noqa: PLC0415

    key = Keyring(Settings().keys_dir).public()
    fingerprint, program = hashlib.sha256(key).hexdigest(), hashlib.sha256(verifier()).hexdigest()
    if out:
        from engine.cli.file_rights import written_own  # noqa: PLC0415

        with written_own(Path(out)) as file:
            file.write(f"{key.hex()}\n".encode())
    if json:
        as_json({"public_key": key.hex(), "sha256": fingerprint, "verifier_sha256": program})
    else:
        typer.echo(f"{key.hex()}\nSHA-256 {fingerprint}\nverify.py SHA-256 {program}")


@keys.command()
@plain_words()
def rotate(
    keep_old: Annotated[bool, typer.Option("--keep-old", help="Do not remove the old master keys.")] = False,
    json: AsJson = False,
) -> None:
    """Exchange the master key: every recording's key is wrapped anew, then the old one goes."""
    from config.rights import Right  # noqa: PLC0415
    from config.settings import Settings  # noqa: PLC0415
    from engine.install.keys import absent, remember  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415
    from recordings.privacy.keyring import Keyring  # noqa: PLC0415

    settings = Settings()
    who, ring = actor(settings, Right.KEYS), Keyring(settings.keys_dir)
    if gone := absent(settings):
        raise Problem(
            told("{names} is missing: put it back before keys are exchanged", names=", ".join(gone))
        )
    old = ring.masters()
    unfinished = len(old) > 1
    new = old[-1] if unfinished else ring.new_master()
    remember(settings)
    done = _wrapped_anew(settings, who, new)
    gone_now = [] if keep_old else [number for number in ring.masters() if number != new]
    for number in gone_now:
        ring.remove_master(number)
    remember(settings)
    if json:
        as_json({"master_key": new, "wrapped": done, "removed": gone_now})
    else:
        say("master key {new} wraps {done} recordings' keys", new=new, done=done)
        if gone_now:
            say("removed master keys: {names}", names=", ".join(map(str, gone_now)))
        say(
            "now copy {keys_dir} to its safe place, and destroy older copies in due time",
            keys_dir=settings.keys_dir,
        )


def _wrapped_anew(settings: "Settings", who: "Actor", new: int) -> int:
    """Every recording's key under master key `new`; how many were wrapped."""
    from engine.cli.progress import ProgressLine  # noqa: PLC0415
    from engine.evidence.services import with_evidence  # noqa: PLC0415
    from recordings.key_rotation.service import rotate as rewrap  # noqa: PLC0415
    from recordings.model.access_entry import Action  # noqa: PLC0415
    from recordings.sealing.store import wrapped_otherwise  # noqa: PLC0415

    ticker = ProgressLine("wrapping", "recordings' keys")

    async def question(evidence: "EvidenceServices") -> int:
        await evidence.access.note(who, Action.ROTATED, [f"master key {new}"])
        done = await rewrap(evidence.database, evidence.keys, new, ticker)
        # The sealer may have wrapped one more with the old key while the new one was made.
        if await wrapped_otherwise(evidence.database, new, 1):
            done += await rewrap(evidence.database, evidence.keys, new, ticker)
        return done

    done = with_evidence(settings, question)
    ticker.done()
    return done
