"""`ivr111 doctor`: each finding one line, each failure saying what to do; edge."""

import dataclasses

import typer

from config.typable import typable
from engine.cli.language import spoken
from engine.cli.output import AsJson, as_json, hint, one_line, plain_words, say


@plain_words()
def doctor(json: AsJson = False) -> None:
    """Look at all the line stands on.

    Each failure is one line that says what to do; exit code 1 when there is one.
    """
    from config.settings import Settings  # noqa: PLC0415 - `--help` waits for none of these
    from engine.health.checks import examine  # noqa: PLC0415

    checks = examine(Settings())
    if json:
        as_json([dataclasses.asdict(check) | {"remedy": typable(check.remedy)} for check in checks])
    else:
        for check in checks:
            remedy = f" -> {hint(check.remedy)}" if check.remedy and check.state != "ok" else ""
            said = f"{spoken(check.state):<8} {spoken(check.name)}: {hint(check.finding)}{remedy}"
            typer.echo(one_line(said))
        failed = sum(check.state == "failure" for check in checks)
        warned = sum(check.state == "warning" for check in checks)
        say(
            "{count} looked at, {failed} failures, {warned} warnings",
            count=len(checks),
            failed=failed,
            warned=warned,
        )
    raise typer.Exit(1 if any(check.state == "failure" for check in checks) else 0)
