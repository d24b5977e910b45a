"""All that the command line says, found in its source and in its help."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from typer.main import get_command

from engine.cli.localized_help import helps
from engine.cli.main import app
from engine.cli.output import SPOKEN_ERRORS
from engine.cli.prompts import prompts

ROOT = Path(__file__).resolve().parents[1]
LAB = ROOT / "lab" / "commands.py"  # the lab's only file that speaks as the command line does
FOLDERS = (
    "config",
    "ivr",
    "dialplan",
    "routing",
    "recordings",
    "appeals",
    "agi_handlers",
    "console",
    "engine",
)
SAYING = {"told": (0,), "say": (0,), "spoken": (0,), "N_": (0,), "ProgressLine": (0, 1), "Check": (0, 2, 3)}
FOR_MACHINES = {
    "engine/cli/run.py",
    "engine/cli/replay.py",
    "engine/cli/keys.py",
    "recordings/package/verify_package.py",
    "engine/recorder/link_quality.py",
}
PLAIN = {*SPOKEN_ERRORS, "BadParameter"}
WORD = re.compile(r"[a-z]{2,}")
HOLE = re.compile(r"\{[^}]*\}")
COLUMNS = {"columns", "COLUMNS"}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Every file of the product."""
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file, _parsed(file)
    yield LAB, _parsed(LAB)


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def messages() -> dict[str, Path]:
    """Each message and a file that says it."""
    found: dict[str, Path] = {}
    for file, tree in sources():
        ours = file.name == "told.py" or _from(tree, "config.told", "N_")
        says = _from(tree, "engine.cli.output", "say")
        for node in ast.walk(tree):
            for text in _said(node, ours, says):
                found.setdefault(text, file)
    for program in (get_command(app), get_command(prompts)):
        for whose, name in helps(program):
            found.setdefault(getattr(whose, name), ROOT / "engine" / "cli.py")
    return {text: file for text, file in found.items() if any(map(str.isalpha, HOLE.sub("", text)))}


def _from(tree: ast.Module, module: str, name: str) -> bool:
    """Whether this name is the command line's here, not another's of the same name."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and name in [one.name for one in node.names]
        for node in tree.body
    )


def _said(node: ast.AST, marks: bool, says: bool) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        places = SAYING.get(name, ())
        if (name == "say" and not says) or (name == "N_" and not marks):
            places = ()
        for place in places:
            yield from (text for one in node.args[place : place + 1] for text in _texts(one))
        if name == "table":
            yield from _texts(node.args[0])
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(one, ast.Name) and one.id in COLUMNS for one in targets):
            yield from _texts(node.value)


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body)
            yield from _texts(other)
        case ast.Tuple(elts=elements) | ast.Dict(values=elements):
            for one in elements:
                yield from _texts(one)
        case ast.Subscript(value=choices):
            yield from _texts(choices)
        case ast.BoolOp(values=choices):
            for one in choices:
                yield from _texts(one)


def untold() -> list[str]:
    """Where a command prints or raises a sentence that is no message."""
    found = []
    for file, tree in sources():
        if str(file.relative_to(ROOT)) in FOR_MACHINES:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = ast.unparse(node.exc.func).rpartition(".")[2]
                said = node.exc.args[:1] if name in PLAIN else []
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "typer.echo",
                "typer.confirm",
                "typer.prompt",
            ):
                said = node.args[:1]
            else:
                continue
            if any(_sentence(one) for one in said):
                found.append(f"{file.relative_to(ROOT)}:{node.lineno}: {ast.unparse(said[0])}")
    return found


def _sentence(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return " " in text.strip()
        case ast.JoinedStr(values=parts):
            return any(
                isinstance(one, ast.Constant) and len(WORD.findall(str(one.value))) > 1 for one in parts
            )
    return False
