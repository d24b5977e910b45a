"""The house's rules: imports go downwards and never in a circle, edges say so, files and functions are small.

A file says in its docstring's first sentence what it is, by its last word before the full stop:
"; edge" (talks to the world: files, sockets, threads, the database, Asterisk), or "; wiring" (builds or
starts edges and joins them). All others are pure. A package's docstring tells what lives in it.
"""

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
    "receipt_page",
    "console",
    "engine",
    "lab",
)  # upwards; the product therefore never imports the lab
# The rooms of a folder, upwards; a file that lies beside the rooms is a room of its own.
ROOMS = {
    "routing": "dispatch live board ami cel",
    "recordings": "model privacy rows journal capture chain access sealing key_rotation completeness "
    "retention finding demands package",
    "appeals": "model calendar form topics bodies register handing_over intake reports",
    "console": "identity http sign_in figures accounts desk intake wallboard appeals appeals_watch app",
    "engine": "process wire media recorder operations install wallboard supervisor evidence register health "
    "control wiring main console_main cli",
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
    "appeals.add_typer(",
    "bodies.command(",
    "bodies.add_typer(",
)  # typer's way to say what the commands are
STATEMENTS = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
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
def nodes_of(module: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(module)))


@cache
def imports(module: str, *, for_types: bool = False) -> frozenset[str]:
    """Full names of all that a file imports, wherever in it; of those for types only when asked."""
    guarded = {
        inner
        for node in nodes_of(module)
        if is_for_types(node) and not for_types
        for inner in ast.walk(node)
        if inner is not node
    }
    return frozenset(
        name for node in nodes_of(module) if node not in guarded for name in imported_by(node, module)
    )


def imported_by(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    if isinstance(node, ast.ImportFrom) and node.module:
        assert node.level == 0, f"{module}: imports by full name"
        names = (f"{node.module}.{name.name}" for name in node.names)
        yield from (name if name in FILES else node.module for name in names)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@cache
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


def against(rule: Callable[[str], Collection[str]], modules: Iterable[str] = FILES) -> dict[str, set[str]]:
    """The files that break a rule, with what breaks it: one test for each rule, not for each file."""
    return {module: set(broken) for module in modules if (broken := rule(module))}


def test_a_module_imports_only_its_own_folder_and_those_below():
    def above(module: str) -> set[str]:
        height = FOLDERS.index(module.partition(".")[0])
        return {name for name in imports(module) if name.partition(".")[0] in FOLDERS[height + 1 :]}

    assert against(above) == {}


def test_a_module_imports_only_its_own_room_and_those_below():
    def above(module: str) -> set[str]:
        folder, room = room_of(module)
        rooms = ROOMS.get(folder, "").split()
        if not rooms or not room:
            return set()
        if room not in rooms:
            return {"a room has its place in the order"}
        higher = rooms[rooms.index(room) + 1 :]
        there = {name for name in imports(module) if name in FILES and room_of(name)[0] == folder}
        return {name for name in there if room_of(name)[1] in higher}

    assert against(above) == {}


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


def test_a_file_that_talks_to_the_world_or_imports_one_that_does_says_so():
    def unsaid(module: str) -> set[str]:
        edges = {name for name in imports(module) if name in FILES and is_edge(name)}
        world = {name for name in imports(module) if name in TALKS or name.partition(".")[0] in TALKS}
        return (edges | world) - HARMLESS.get(module, set())

    assert against(unsaid, [module for module in FILES if not is_edge(module)]) == {}


def test_nothing_happens_when_a_file_is_imported():
    assert against(lambda module: [said(node) for node in tree_of(module).body if happens(node)]) == {}


def happens(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        # A docstring; a call would register something.
        return not (isinstance(node.value, ast.Constant) or said(node).startswith(COMMAND_LINE))
    if isinstance(node, ast.If):
        return not (is_for_types(node) or "__main__" in said(node))
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    calls = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    names = {ast.unparse(call).rpartition(".")[2] for call in calls}
    return not isinstance(node, STATEMENTS) or bool(names & DOES)


def said(node: ast.stmt) -> str:
    return ast.unparse(node).splitlines()[0]


def test_a_file_is_short():
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (*FILES.values(), *SCRIPTS)
    }
    long = {name: count for name, count in lines.items() if count > LINES_OF_A_FILE}
    assert {name: count for name, count in long.items() if name not in LONG_BY_DESIGN} == {}


def test_a_function_is_short():
    def long(module: str) -> list[str]:
        return [
            f"{node.name}: {lines}"
            for node in nodes_of(module)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION
        ]

    assert against(long) == {}


def test_a_package_tells_what_lives_in_it():
    told = {package: ast.get_docstring(tree_of(package)) or "" for package in PACKAGES}
    assert {package for package, said in told.items() if said in ("", "To be told.")} == set()
    assert {name for name, said in told.items() if len(said.splitlines()) > LINES_OF_A_PACKAGE} == set()
    both = ["In:", "Out:"]  # what may come in, what goes out
    assert {name for name, said in told.items() if re.findall(r"\b(?:In|Out):", said) != both} == set()


def test_the_folder_named_asterisk_is_no_package():
    # pyst2 installs a package of that name, which ours would hide.
    assert list((ROOT / "asterisk").rglob("__init__.py")) == []


def test_every_harmless_file_named_here_is_there():
    assert set(HARMLESS) - set(FILES) == set()


def test_what_a_package_names_is_there():
    # A lower-case word alone in backticks: a file or room, or a name that a file of the package has.
    there = {part for name in FILES for part in name.split(".")}

    def missing(module: str) -> set[str]:
        named = set(re.findall(r"`([a-z_]+)`", ast.get_docstring(tree_of(module)) or "")) - there
        if not named:
            return set()
        files = (path for path in FILES[module].parent.rglob("*.py") if path != FILES[module])
        text = "".join(path.read_text(encoding="utf-8") for path in files)
        return {name for name in named if not re.search(rf"\b{name}\b", text)}

    assert against(missing, PACKAGES) == {}
