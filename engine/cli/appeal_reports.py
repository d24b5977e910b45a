"""`ivr111 appeals report half-year|incoming|public`; as table, JSON, CSV, XLSX, PDF (B7, C7); edge."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from config.told import told
from engine.cli.language import CHOSEN
from engine.cli.output import AsJson, as_json, plain_words, say, table
from engine.cli.register_asking import asked, settings_of_line

if TYPE_CHECKING:
    from appeals.reports.service import Reports
    from appeals.reports.values import Report
    from config.settings import Settings
    from recordings.model.access_entry import Actor

report = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Reports in numbers, without a person: for the commissioner, the centre, the public.",
)

Asking = Callable[["Reports", "Actor", datetime], Awaitable["Report"]]
HalfYear = Annotated[str, typer.Argument(help="The half-year: 2026-H1; default: the last one.")]
PeriodOf = Annotated[
    str, typer.Argument(help="2026-H1, 2026-11, 2026-W48, 2026-11-28 or 2026-11-01..2026-11-15.")
]
RegionOf = Annotated[str, typer.Option(help="Its region, such as abai; empty: the whole country.")]
Out = Annotated[
    Path | None, typer.Option(help="The file to write: .csv, .xlsx or .pdf; - for standard output.")
]
FormOf = Annotated[Literal["csv", "xlsx", "pdf", ""], typer.Option(help="Default: by the file's name.")]
LanguageOf = Annotated[Literal["kk", "ru", ""], typer.Option(help="Language of the file; default: yours.")]


@report.command("half-year")
@plain_words()
def half_year(
    period: HalfYear = "",
    region: RegionOf = "",
    out: Out = None,
    form: FormOf = "",
    language: LanguageOf = "",
    json: AsJson = False,
) -> None:
    """Appeals about children's rights, for a region's commissioner."""
    settings = settings_of_line()
    wanted = period or _last(settings)
    _give(
        settings,
        lambda reports, who, now: reports.half_year(wanted, region, who, now),
        *(out, form, language, json),
    )


@report.command()
@plain_words()
def incoming(
    period: PeriodOf,
    out: Out = None,
    form: FormOf = "",
    language: LanguageOf = "",
    json: AsJson = False,
) -> None:
    """What came in, beside the period before: by topic, region, channel; times and terms."""
    _give(
        settings_of_line(),
        lambda reports, who, now: reports.incoming(period, who, now),
        *(out, form, language, json),
    )


@report.command()
@plain_words()
def public(
    period: HalfYear = "",
    out: Out = None,
    form: FormOf = "",
    language: LanguageOf = "",
    json: AsJson = False,
) -> None:
    """Statistics for the public: small counts are kept back."""
    settings = settings_of_line()
    wanted = period or _last(settings)
    _give(
        settings,
        lambda reports, who, now: reports.public(wanted, who, now),
        *(out, form, language, json),
    )


def _last(settings: "Settings") -> str:
    from appeals.reports.periods import last_half_year  # noqa: PLC0415 - `--help` waits for none of these

    return last_half_year(datetime.now(settings.zone).date())


def _give(
    settings: "Settings", asking: Asking, out: Path | None, form: str, language: str, json: bool
) -> None:
    from appeals.reports.json_text import report_to_json  # noqa: PLC0415
    from config.rights import Right  # noqa: PLC0415
    from engine.process.operator import actor  # noqa: PLC0415

    who = actor(settings, Right.APPEALS_WATCH)
    kind = _kind(out, form)
    found = asked(settings, lambda register: asking(register.reports, who, datetime.now(UTC)))
    spoken = language or ("ru" if CHOSEN.get() == "ru" else "kk")
    if out is not None:
        _write(found, out, kind, spoken)
    elif json:
        as_json(report_to_json(found))
    else:
        _show(found, language or CHOSEN.get())


def _kind(out: Path | None, form: str) -> str:
    kind = form or (out.suffix.lower().removeprefix(".") if out is not None else "")
    if out is not None and kind not in ("csv", "xlsx", "pdf"):
        raise typer.BadParameter(told("name a file .csv, .xlsx or .pdf, or say --form"), param_hint="--out")
    return kind


def _write(found: "Report", out: Path, kind: str, language: str) -> None:
    from appeals.reports.files import to_csv, to_xlsx  # noqa: PLC0415
    from appeals.reports.pdf import to_pdf  # noqa: PLC0415
    from engine.cli.file_rights import written_own  # noqa: PLC0415

    content = {"csv": to_csv, "xlsx": to_xlsx, "pdf": to_pdf}[kind](found, language)
    if str(out) == "-":
        sys.stdout.buffer.write(content)
        return
    with written_own(out) as file:
        file.write(content)
    say("written: {file}", file=out)


def _show(found: "Report", language: str) -> None:
    from appeals.reports.files import head, shown  # noqa: PLC0415

    for line in head(found, language):
        typer.echo(": ".join(line))
    for section in found.sections:
        typer.echo("")
        typer.echo(section.title.of(language))
        heads = ["", *(column.label.of(language) for column in section.columns)]
        rows = [
            (
                line.label.of(language),
                *(
                    shown(cell, column.unit, language)
                    for column, cell in zip(section.columns, line.cells, strict=True)
                ),
            )
            for line in section.lines
        ]
        table(heads, rows)
