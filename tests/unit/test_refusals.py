"""Refusals: codes with fields, told by sentences in three languages; unknown ones say something plain."""

import ast
import json

import pytest

from config.reasons import ReasonRefused
from config.refusals import SENTENCES, Code, code_of, refusal_from_json, refusal_to_json, refused
from console.http import refusals as pages
from console.http.i18n import catalogue
from engine.cli.language import CHOSEN, spoken
from engine.process.local_socket import CommandRefused
from tests.cli_messages import ROOT, sources

REFUSING = frozenset(
    "CommandRefused AccountRefused ConsultantRefused ReasonRefused ReasonMissing UnknownUser "
    "NotAllowed".split()
)


def through_the_socket(why):
    return refusal_from_json(json.loads(json.dumps(refusal_to_json(why))))


def test_every_code_has_its_sentence_for_commands_and_for_pages():
    assert set(Code) == set(SENTENCES)
    assert set(Code) == set(pages.SENTENCES)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_sentence_of_a_code_stands_in_both_catalogues(language):
    cli = {str(one.id): str(one.string) for one in catalogue(language, "cli") if one.id}
    console = {str(one.id): str(one.string) for one in catalogue(language, "console") if one.id}
    assert [] == [code for code, sentence in SENTENCES.items() if not {**console, **cli}.get(sentence)]
    assert [] == [code for code, sentence in pages.SENTENCES.items() if not console.get(sentence)]


def test_a_refusal_crosses_the_socket_as_its_code_and_fields_with_english_beside():
    why = CommandRefused(refused(Code.PHONE_NOT_FREE, phone="s201", answer=486))
    assert {
        "code": "phone_not_free",
        "fields": {"phone": "s201", "answer": 486},
        "error": "s201 did not ring (SIP 486): is it free?",
    } == refusal_to_json(why)
    assert str(why) == through_the_socket(why)
    assert why.args[0].code == code_of(CommandRefused(through_the_socket(why)))


def test_a_command_says_what_was_refused_in_its_language():
    before = CHOSEN.set("ru")
    try:
        said = spoken(through_the_socket(CommandRefused(refused(Code.NOT_IN_WRAP_UP, id="c101"))))
    finally:
        CHOSEN.reset(before)
    assert "c101" in said
    assert "wrap-up" not in said


@pytest.mark.parametrize(
    "told",
    [{"code": "of_tomorrow", "fields": {"x": 1}, "error": "not today"}, {"error": "not today"},
     {"code": "not_in_wrap_up", "fields": {}, "error": "not today"},
     {"code": "not_in_wrap_up", "fields": [1], "error": "not today"}],
)  # fmt: skip
def test_a_code_that_is_unknown_or_lacks_a_field_is_told_in_the_plain_english_beside_it(told):
    assert "not today" == refusal_from_json(told)


def test_a_page_says_of_an_unknown_code_that_it_was_not_done():
    assert {pages.OTHERWISE} == {pages.reason(code) for code in ("of_tomorrow", "", None)}
    assert pages.reason(Code.NO_LONGER_WAITS) != pages.OTHERWISE


def test_a_refusal_that_is_passed_on_by_another_keeps_its_code():
    why = ReasonRefused(refused(Code.REASON_IS_NO_TEXT, what="reason"))
    assert Code.REASON_IS_NO_TEXT == code_of(CommandRefused(str(why)))


def test_whatever_is_refused_over_a_socket_or_on_a_page_has_a_code():
    """A sentence raised as such would reach a page as `not done`, and a command in English only."""
    plain = []
    for file, tree in sources():
        if file.is_relative_to(ROOT / "engine" / "cli"):  # what a command finds itself crosses nothing
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) in REFUSING and node.args):
                continue
            said = ast.unparse(node.args[0])
            if not said.startswith(("refused(Code.", "str(why)", "refusal(", "refusal_from_json(")):
                plain.append(f"{file.relative_to(ROOT)}:{node.lineno}: {said}")
    assert [] == plain
