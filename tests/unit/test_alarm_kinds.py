"""Every alarm that any source of ours can raise has a name of its own on the board, in all languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.http.i18n import catalogue
from console.wallboard import labels
from engine.media.rtp_sources import KINDS as SOUND_ELSEWHERE
from recordings.demands.term import TermMark
from recordings.model.gap import KINDS
from routing.board.alert_kinds import BOARD, LASTING, OTHER, STATES, on_board

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "agi_handlers",
    "receipt_page",
    "config",
    "console",
    "dialplan",
    "engine",
    "ivr",
    "recordings",
    "appeals",
    "routing",
)
RAISING = ("alarm", "raise_", "stands", "_alarm", "Alarm", "RaiseAlarm", "_tell")  # calls that raise an alarm
# Kinds that are made and not written: who makes them, and all that can come of it.
MADE = {
    "one.kind": (),  # handed on
    "over.kind + ENDED": (),
    "kind + ENDED": (),
    "alarm.kind": (),
    "row.kind": (),
    "str(kind)": (),
    "kind": (),
    "dialect": (),  # a statement of SQL that writes one
    "made": (),
    "self._file": (),  # config/database_file: which file stands where it stood
    "*_about(gap)": tuple(f"recording_{kind}" for kind in KINDS),
    **dict.fromkeys(
        ("KINDS[is_.where, is_.side]", "KINDS['unheard', is_.side]"), tuple(SOUND_ELSEWHERE.values())
    ),
    "mark.kind": tuple(TermMark(share, None).kind for share in (0.5, 0.8, 1.0)),  # type: ignore[arg-type]
    "f'{self.service.name}_died'": ("asterisk_died",),  # only of Asterisk ends are noted
    "f'{self.service.name}_half_silent'": ("asterisk_half_silent",),  # only it has witnesses
}


def raised() -> Iterator[tuple[str, str]]:
    """Each place and kind."""
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            constants = {
                target.id: node.value.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name) and isinstance(node.value.value, str)
            }
            constants.setdefault("CALL_REFUSED", "call_refused")
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    where = f"{file.relative_to(ROOT)}:{node.lineno}"
                    yield from ((where, kind) for kind in _kinds(node, constants))


def _kinds(call: ast.Call, constants: dict[str, str]) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "append" and ast.unparse(call.func).endswith("alarms.append"):
        name = "raise_"  # kinds gathered by the judge
    place = 1 if name == "alarm" and isinstance(call.func, ast.Name) else 0  # its first is the database
    if name in RAISING and place < len(call.args):
        found = _values(call.args[place], constants)
        yield from (kind for kind in found if name != "_tell" or not kind.startswith("?"))


def _values(node: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(kind)) if "_" in kind:
            yield kind
        case ast.Constant():
            pass
        case ast.IfExp(body=body, orelse=orelse):
            yield from _values(body, constants)
            yield from _values(orelse, constants)
        case ast.Name(id=name) if "_" in constants.get(name, ""):
            yield constants[name]
        case ast.Call():  # Alarm(...) inside append(...): looked at by itself
            pass
        case _:
            text = ast.unparse(node)
            yield from MADE.get(text, (f"?{text}",))


def test_every_kind_of_alarm_in_the_source_has_a_name_on_the_board():
    nameless = {
        (where, kind) for where, kind in raised() if kind not in STATES and on_board(kind) in ("", OTHER)
    }
    assert set() == nameless


def test_no_name_stands_for_an_alarm_that_nothing_raises():
    assert {*BOARD, *STATES} == {
        kind for _, kind in raised() if on_board(kind) != "demand_due" or kind in STATES
    }


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_name_on_the_board_has_words_of_its_own(language):
    names = {*BOARD.values(), *STATES.values(), OTHER, "demand_due"}
    said = catalogue(language)
    words = {name: said[labels.ALERTS[name]].string for name in names}
    assert set() == {name for name, text in words.items() if not text}
    assert len(words) == len(set(words.values()))


def test_what_lasts_is_told_until_its_end_and_not_only_a_quarter_of_an_hour():
    assert set(LASTING) <= set(BOARD)
