"""The house's rules: imports go downwards and never in a circle, edges say so, files and functions are small.

A file says in its docstring's first sentence what it is, by its last word before the full stop:
"; edge" (talks to the world: files, sockets, threads, the database, Asterisk), or "; wiring" (builds or
starts edges and joins them). All others are pure. A package's docstring tells what lives in it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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
    "lab",
)  # upwards; the product therefore never imports the lab
# The rooms of a folder, upwards; a file that lies beside the rooms is a room of its own.
ROOMS = {
    "routing": "dispatch live board ami cel",
    "recordings": "model privacy rows journal capture chain access sealing key_rotation completeness "
    "retention finding demands package",
    "appeals": "model calendar form handing_over",
    "console": "identity http sign_in figures accounts desk wallboard app",
    "engine": "process wire install operations media recorder wallboard supervisor evidence health control "
    "wiring main console_main cli",
}
SAYS = re.compile(r"; (edge|wiring)( \([^()]*\))?\.(\s|$)")
TALKS = frozenset(
    "socket subprocess shutil tempfile os pathlib io soundfile soxr panoramisk alembic aiosqlite asyncpg "
    "sqlalchemy.ext.asyncio urllib http aiohttp select threading".split()
)
# What looks like the world and is none: the file's own import, and why.
HARMLESS = {
    "ivr.prompts.loudness": {"soxr"},  # resampling is arithmetic
    "dialplan.render": {"pathlib"},  # reads its own templates, writes nothing
    "config.evidence": {"pathlib"},  # paths as values of settings; no file is opened
    "config.hand_over": {"pathlib"},  # as evidence
    "config.log": {"os"},  # names of the environment; every file may log
    "engine.wire.packets": {"socket"},  # constants and addresses as bytes
    "recordings.capture.judging": {"recordings.capture.join"},  # values only
    "config.home_paths": {"pathlib", "config.home"},  # as settings
    "config.settings": {"os", "pathlib", "config.home"},  # read once at a start, then a value all may hold
}
LINES_OF_A_FILE, LINES_OF_A_FUNCTION, LINES_OF_A_PACKAGE = 300, 40, 10
# It travels in packages as one file, which a court's expert reads from top to bottom.
LONG_BY_DESIGN = {"recordings/package/verify_package.py"}
COMMAND_LINE = (
    "app.command()",
    "app.add_typer(",
    "recordings.command()(",
    "demands.command()(",
)  # typer's way to say what the commands are
STATEMENTS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef)
DOES = frozenset(
    "open read_text read_bytes write_text mkdir connect run Popen system print create_engine start".split()
)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))}
PACKAGES = {name for name, path in FILES.items() if path.name == "__init__.py"}
SCRIPTS = sorted((ROOT / "console/static").rglob("*.js"))


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str, *, for_types: bool = False) -> frozenset[str]:
    """Full names of all that a file imports, wherever in it; of those for types only when asked."""
    tree = tree_of(module)
    guarded = {
        inner
        for node in ast.walk(tree)
        if is_for_types(node) and not for_types
        for inner in ast.walk(node)
        if inner is not node
    }
    return frozenset(
        name for node in ast.walk(tree) if node not in guarded for name in imported_by(node, module)
    )


def imported_by(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    if isinstance(node, ast.ImportFrom) and node.module:
        assert node.level == 0, f"{module}: imports by full name"
        names = (f"{node.module}.{name.name}" for name in node.names)
        yield from (name if name in FILES else node.module for name in names)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def first_sentence(module: str) -> str:
    """The docstring's first paragraph in one line: sentences end anywhere, paragraphs do not."""
    return " ".join((ast.get_docstring(tree_of(module)) or "").partition("\n\n")[0].split())


def is_edge(module: str) -> bool:
    return bool(SAYS.search(first_sentence(module)))


def room_of(module: str) -> tuple[str, str]:
    """Folder and room; a file beside the rooms is its own room, a folder's `__init__` none."""
    folder, _, rest = module.partition(".")
    return folder, rest.partition(".")[0]


def circles(arrows: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """What reaches itself: every group of names in which each leads to each other."""
    reached: dict[str, set[str]] = {}
    for start in arrows:
        seen: set[str] = set()
        ahead = [*arrows[start]]
        while ahead:
            name = ahead.pop()
            if name not in seen:
                seen.add(name)
                ahead.extend(arrows.get(name, ()))
        reached[start] = seen
    groups = {frozenset(b for b in reached[a] if a in reached.get(b, ())) for a in arrows if a in reached[a]}
    return sorted(sorted(group) for group in groups)


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_its_own_folder_and_those_below(module: str):
    height = FOLDERS.index(module.partition(".")[0])
    above = {name for name in imports(module) if name.partition(".")[0] in FOLDERS[height + 1 :]}
    assert above == set()


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_its_own_room_and_those_below(module: str):
    folder, room = room_of(module)
    rooms = ROOMS.get(folder, "").split()
    if not rooms or not room:
        return
    assert room in rooms, "a room has its place in the order"
    above = {
        name
        for name in imports(module)
        if name in FILES and room_of(name)[0] == folder and room_of(name)[1] in rooms[rooms.index(room) + 1 :]
    }
    assert above == set()


def test_no_files_import_each_other_in_a_circle_not_even_for_types():
    arrows = {
        module: frozenset(
            name
            for name in imports(module, for_types=True)
            if name in FILES and name not in PACKAGES and name != module
        )
        for module in FILES
    }
    assert circles(arrows) == []


def test_no_rooms_import_each_other_in_a_circle_not_even_for_types():
    arrows: dict[str, set[str]] = {}
    for module in FILES:
        here = ".".join(room_of(module))
        arrows.setdefault(here, set()).update(
            there
            for name in imports(module, for_types=True)
            if name in FILES and (there := ".".join(room_of(name))) != here
        )
    assert circles({room: frozenset(others) for room, others in arrows.items()}) == []


@pytest.mark.parametrize("folder", ROOMS)
def test_every_room_named_here_is_there(folder: str):
    assert sorted(ROOMS[folder].split()) == sorted(
        {room_of(name)[1] for name in FILES if name.startswith(f"{folder}.")}
    )


@pytest.mark.parametrize("module", [module for module in FILES if not is_edge(module)])
def test_a_file_that_talks_to_the_world_or_imports_one_that_does_says_so(module: str):
    edges = {name for name in imports(module) if name in FILES and is_edge(name)}
    world = {name for name in imports(module) if name in TALKS or name.partition(".")[0] in TALKS}
    assert (edges | world) - HARMLESS.get(module, set()) == set()


@pytest.mark.parametrize("module", FILES)
def test_nothing_happens_when_a_file_is_imported(module: str):
    for node in tree_of(module).body:
        said = ast.unparse(node).splitlines()[0]
        if isinstance(node, ast.Expr):
            # A docstring; a call would register something.
            assert isinstance(node.value, ast.Constant) or said.startswith(COMMAND_LINE), said
        elif isinstance(node, ast.If):
            assert is_for_types(node) or "__main__" in said, said
        elif isinstance(node, ast.ClassDef):
            pass
        else:
            assert isinstance(node, STATEMENTS), said
            calls = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
            names = {ast.unparse(call).rpartition(".")[2] for call in calls}
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not names & DOES, said


@pytest.mark.parametrize("path", [*FILES.values(), *SCRIPTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short(path: Path):
    name = str(path.relative_to(ROOT))
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LINES_OF_A_FILE or name in LONG_BY_DESIGN


@pytest.mark.parametrize("module", FILES)
def test_a_function_is_short(module: str):
    long = {
        node.name: lines
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_package_tells_what_lives_in_it(package: str):
    told = ast.get_docstring(tree_of(package)) or ""
    assert told not in ("", "To be told.")
    assert len(told.splitlines()) <= LINES_OF_A_PACKAGE


def test_the_folder_named_asterisk_is_no_package():
    # pyst2 installs a package of that name, which ours would hide.
    assert list((ROOT / "asterisk").rglob("__init__.py")) == []


def test_every_harmless_file_named_here_is_there():
    assert set(HARMLESS) - set(FILES) == set()


@pytest.mark.parametrize("module", sorted(PACKAGES))
def test_what_a_package_names_is_there(module: str) -> None:
    # A lower-case word alone in backticks: a file or room, or a name that a file of the package has.
    folder = FILES[module].parent
    named = set(re.findall(r"`([a-z_]+)`", ast.get_docstring(tree_of(module)) or ""))
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path != FILES[module])
    there = {part for name in FILES for part in name.split(".")}
    assert set() == {name for name in named - there if not re.search(rf"\b{name}\b", text)}
