"""The house's two rules (import downwards only; pure files import no edge), and nothing happens on import."""

import ast
from collections.abc import Iterator
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
)  # upwards
EDGE_FOLDERS = ("config", "agi_handlers", "console", "engine")  # every file may talk to the world
EDGES = {
    "ivr": "files sound_files speech studio music",
    "dialplan": "check",
    "routing": "ami.rtp_count ami.client ami.connection ami.control_socket ami.login ami.message "
    "ami.protocol ami.reconnect cel.file dispatch.service dispatch.ticket",
    "recordings": "access.log capture.files capture.flush_process capture.join capture.join_process "
    "capture.reconcile journal.alarming journal.journal journal.migrating journal.reading "
    "journal.spool journal.writing privacy.keyring",
}
# In the folders of recordings/ these names are edges, whichever folder they are in.
INNER_EDGES = frozenset(
    "store files service question_service worker sound heard pdf envelope verify_package".split()
)
OLDER = frozenset(
    "chain completeness demands finding holding package retention rotation rows sealing".split()
)
TALKS = frozenset(
    "socket subprocess shutil tempfile os pathlib io soundfile soxr panoramisk alembic aiosqlite asyncpg "
    "sqlalchemy.ext.asyncio urllib http aiohttp select threading".split()
)
HARMLESS = {
    "ivr.loudness": {"soxr"},  # resampling is arithmetic
    "dialplan.render": {"pathlib"},  # reads its own templates, writes nothing
    "recordings.capture.judging": {
        "recordings.capture.join"
    },  # values only; they deserve a file of their own
}
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

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def imports(module: str) -> Iterator[str]:
    """Full names of all that a file imports, wherever in it; the guarded ones are for types only."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    guarded = {
        inner
        for node in ast.walk(tree)
        if is_for_types(node)
        for inner in ast.walk(node)
        if inner is not node
    }
    for node in ast.walk(tree):
        if node not in guarded and isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if node not in guarded and isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module}: imports by full name"
            names = (f"{node.module}.{name.name}" for name in node.names)
            yield from (name if name in FILES else node.module for name in names)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def is_edge(module: str) -> bool:
    folder, _, rest = module.partition(".")
    inner = (
        folder == "recordings" and rest.partition(".")[0] in OLDER and rest.rpartition(".")[2] in INNER_EDGES
    )
    return folder in EDGE_FOLDERS or inner or rest in EDGES.get(folder, "").split()


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_its_own_folder_and_those_below(module: str):
    height = FOLDERS.index(module.partition(".")[0])
    above = {name for name in imports(module) if name.partition(".")[0] in FOLDERS[height + 1 :]}
    assert above == set()


@pytest.mark.parametrize("module", [module for module in FILES if not is_edge(module)])
def test_a_pure_file_imports_no_edge_and_nothing_that_talks_to_the_world(module: str):
    edges = {name for name in imports(module) if name in FILES and is_edge(name) and "config" not in name}
    world = {name for name in imports(module) if name in TALKS or name.partition(".")[0] in TALKS}
    assert (edges | world) - HARMLESS.get(module, set()) == set()


@pytest.mark.parametrize("module", FILES)
def test_nothing_happens_when_a_file_is_imported(module: str):
    for node in ast.parse(FILES[module].read_text(encoding="utf-8")).body:
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


def test_the_folder_named_asterisk_is_no_package():
    # pyst2 installs a package of that name, which ours would hide.
    assert list((ROOT / "asterisk").rglob("__init__.py")) == []


def test_every_edge_named_here_is_there():
    named = {f"{folder}.{name}" for folder, names in EDGES.items() for name in names.split()}
    assert named - set(FILES) == set()
