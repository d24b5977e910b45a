"""What administrators read most, in Kazakh and Russian whole: calls, consultants, the doctor (A2)."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.cli.call_timeline import ENDED, RINGS, UCC, story
from engine.cli.language import CHOSEN, spoken
from engine.cli.leg_timeline import WORDS
from recordings.model.call_record import Moment
from recordings.model.entries import Alarm
from tests.line import BACK_FROM_1414, SERVED, recording, write_journal

pytest_plugins = ("tests.command_line",)

ENGLISH = re.compile(r"\b(the|was|call|caller|rings|ended|after|conversation|recording|found|from|by|to)\b")


def told_in(language, lines):
    before = CHOSEN.set(language)
    try:
        return [spoken(line) for line in lines()]
    finally:
        CHOSEN.reset(before)


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("ended_by", [*ENDED, None])
def test_a_story_holds_no_english_word(settings, language, ended_by):
    from engine.cli.call_json import CallJson

    at, until = SERVED.arrived_at, SERVED.arrived_at + timedelta(seconds=4)
    rings = [Moment("ring", n, "c102", at, until, result) for n, result in enumerate([*RINGS, "answered"], 1)]
    others = [
        Moment("hold", 1, "caller", at, until),
        Moment("hold", 2, "c101", at, until),
        Moment("divert", 1, "duty", at),
    ]
    legs = [Alarm(kind, SERVED.call_id, at) for kind in WORDS]
    for ucc in UCC:
        record = replace(
            SERVED,
            moments=(*rings, *others),
            ended_by=ended_by,
            notice_at=until,
            ucc_result=ucc,
            survived=True,
        )
        said = told_in(
            language,
            lambda record=record: story(record, [], CallJson(settings.zone, settings.audio), settings, legs),
        )
        assert [] == [line for line in said if ENGLISH.search(line)]


@pytest.mark.parametrize(
    "words", [("calls", "list"), ("calls", "show", SERVED.call_id), ("doctor",), ("consultants", "list")]
)
def test_json_with_something_in_it_is_the_same_in_every_language(ivr111, settings, words):
    from engine.install import consultant_accounts as accounts

    accounts.load(settings)
    write_journal(settings, SERVED, BACK_FROM_1414, recording(SERVED, 1))
    one, other = (ivr111(*words, "--json", "--lang", language) for language in ("en", "kk"))
    steady = re.compile(r'(?<="finding": )".* GB free .*"')
    assert steady.sub("", one.stdout) == steady.sub("", other.stdout)
    assert 20 < len(one.stdout)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_calls_are_told_without_an_english_word(ivr111, settings, language):
    write_journal(settings, SERVED, BACK_FROM_1414, recording(SERVED, 1))
    for words in (("calls", "list"), ("calls", "show", SERVED.call_id)):
        done = ivr111(*words, "--lang", language)
        assert 0 == done.exit_code, done.stderr
        assert [] == [line for line in done.stdout.splitlines() if ENGLISH.search(line)]


def test_a_wrong_setting_is_told_in_the_language_asked_for(ivr111, monkeypatch):
    monkeypatch.setenv("IVR111_RING_SECONDS", "1")
    said = ivr111("calls", "list", "--lang", "kk").stderr
    assert "ring_seconds баптауының ең кіші мәні — 3" in said
