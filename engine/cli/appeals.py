"""`ivr111 appeals`: the register of appeals; edge."""

import typer

from engine.cli.appeal_reports import report
from engine.cli.appeal_tokens import token

appeals = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The register of appeals.")
appeals.add_typer(report, name="report")
appeals.add_typer(token, name="token")
