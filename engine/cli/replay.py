"""`ivr111 replay`: a recorded stream through the live state, or that stream without personal data; edge."""

from pathlib import Path
from typing import Annotated

import typer

from config.problem import Problem
from engine.cli.output import AsJson, as_json, plain_words


@plain_words()
def replay(
    file: Annotated[Path, typer.Argument(help="A recorded AMI stream, or a channel event log.")],
    scrub: Annotated[
        bool, typer.Option("--scrub", help="Print the AMI stream without numbers and names instead.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Tell what happened in a recorded stream.

    It goes through the live state as it did, or would have, in the engine.
    """
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.cli.ami_capture import anonymise as scrubbed  # noqa: PLC0415
    from engine.cli.file_rights import read_own  # noqa: PLC0415
    from engine.cli.replay_timeline import recorded  # noqa: PLC0415
    from engine.cli.replay_timeline import replay as lines  # noqa: PLC0415

    try:
        text = read_own(file).decode("utf-8", "surrogateescape")
    except PermissionError:
        raise
    except OSError as why:
        raise Problem(f"{file} cannot be read: {why.strerror}") from why
    if scrub and text.startswith('"'):
        raise Problem(f"{file} is a channel event log: only an AMI stream can be scrubbed")
    told = list(scrubbed(text.split("\n")) if scrub else lines(recorded(text), Settings().zone))
    if json:
        as_json([_printable(line) for line in told])
        return
    for line in told:
        typer.echo(_printable(line), nl=not scrub)


def _printable(line: str) -> str:
    return line.encode("utf-8", "replace").decode("utf-8")
