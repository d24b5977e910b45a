"""The glossary names places in the code; each of them exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"`([a-z_0-9/]+\.py)(?:: (\w+))?`")
PRODUCT = (
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
)
HEADS = ("our word", "the field's word", "қазақша", "по-русски", "where in the code")


def rows() -> list[list[str]]:
    """The glossary's lines in cells, headings aside."""
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if not row[0].startswith("---") and row[0] != HEADS[0]]


PLACES = sorted({place.groups() for row in rows() for place in PLACE.finditer(row[-1])}, key=str)


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_every_place_that_the_glossary_names_exists(file: str, name: str | None):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert name is None or name in defined


def test_every_word_has_its_kazakh_and_its_russian_and_stands_once():
    assert [] == [row for row in rows() if not all(row)]
    words = [row[0] for row in rows()]
    assert sorted(set(words)) == sorted(words)


def test_every_word_of_the_code_says_where_it_is():
    assert [] == [row[0] for row in rows() if len(row) == len(HEADS) and not PLACE.search(row[-1])]


def test_one_word_has_one_meaning_no_two_public_classes_have_the_same_name():
    where: dict[str, list[str]] = {}
    for folder in PRODUCT:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    where.setdefault(node.name, []).append(str(file.relative_to(ROOT)))
    assert {} == {name: files for name, files in where.items() if len(files) > 1}


def test_every_error_that_is_known_by_name_is_a_class_of_the_product():
    from engine.cli.output import SPOKEN_ERRORS
    from engine.evidence.services import REFUSALS

    text = "\n".join(
        file.read_text(encoding="utf-8") for folder in PRODUCT for file in (ROOT / folder).rglob("*.py")
    )
    assert set() == {
        name for name in (SPOKEN_ERRORS | REFUSALS) - {"BadParameter"} if f"\nclass {name}(" not in text
    }
