"""The command line in Kazakh and Russian: every message is there, whole and equal; --json never changes."""

import json
import re
from dataclasses import replace

import pytest

from appeals.calendar.day import DayKind
from appeals.model.appeal import AppealState
from appeals.model.body import BodyKind, ChannelKind
from config.told import told
from console.http.i18n import catalogue
from engine.cli.language import CHOSEN, NoSuchLanguage, chosen, spoken, taken
from recordings.demands.demand import DemandState
from recordings.model.access_entry import Action, Result
from recordings.model.call_record import Moment, Outcome
from recordings.model.entries import RecordingState
from recordings.model.gap import KINDS
from routing.dispatch.consultant import Activity
from routing.dispatch.queue import Phase
from tests.cli_messages import messages, untold
from tests.line import BACK_FROM_1414, SERVED, WITHHELD, after, recording, write_journal

pytest_plugins = ("tests.command_line",)

ENGLISH = re.compile(r"(?<![\w./-])[a-z]{3,}(?![\w./-])")
HOLES = re.compile(r"\{(\w+)")
VALUES = {
    *(set(RecordingState) - {RecordingState.EMPTY}),  # `calls show` leaves out what nobody answered
    *(
        str(one)
        for kind in (Outcome, Action, DemandState, AppealState, Activity, Phase, Result)
        for one in kind
    ),
    *(str(one) for kind in (DayKind, BodyKind, ChannelKind) for one in kind),
    *(f"{side}_{what}" for side in ("caller", "consultant") for what in ("silent", "lost", "gap")),
    *(
        "lengths_differ",
        "length_differs",
        "header_lost",
        "repaired",
        "hole",
    ),  # recordings/model/leg_levels.py, judging.py
    *("empty", "drops", "forwards"),  # a recording; faults of a phone, routing/dispatch/consultant.py
    *("up", "away"),  # Asterisk, by the board
    *KINDS,
    *("sealed", "waiting", "generated", "missing"),  # recordings.finding.criteria.state_of
    *("registered", "corrected", "reviewed", "packaged", "confirmed", "questioned"),  # steps of a demand
    *("seeded", "added", "changed", "imported"),  # steps of a body
    *("ok", "warning", "failure"),  # the doctor's
    *(
        "letter number",
        "letter date",
        "subject",
        "nightly",
        "interim",
        "sealed recordings",
        "second volume",
        "added",
        "start it, or correct IVR111_DATABASE_URL",
    ),
}


def ours(language):
    return {str(message.id): str(message.string) for message in catalogue(language, "cli") if message.id}


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_no_message_is_missing_or_left_over(language):
    said, there = messages(), ours(language)
    pages = {str(message.id) for message in catalogue(language, "console") if message.id}
    wanted = {text: file for text, file in said.items() if text not in pages}
    assert {} == {text: str(file) for text, file in wanted.items() if not there.get(text)}
    assert set() == set(there) - set(said) - VALUES


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_what_is_put_into_a_message_is_put_into_its_translation(language):
    for message, text in ours(language).items():
        assert sorted(HOLES.findall(message)) == sorted(HOLES.findall(text)), message


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_value_that_is_shown_has_a_word(language):
    pages = {str(message.id) for message in catalogue(language, "console") if message.id}
    assert set() == VALUES - set(ours(language)) - pages


def test_what_a_command_says_is_a_message():
    """A sentence printed or raised as plain English would stay English in every language."""
    assert [] == untold()


def test_the_language_stands_anywhere_on_the_line():
    assert ("kk", ["calls", "list"]) == taken(["calls", "--lang", "kk", "list"])
    assert ("ru", ["calls", "list"]) == taken(["--lang=ru", "calls", "list"])
    assert ("", ["calls"]) == taken(["calls", "--lang"])
    assert (None, ["calls", "--", "--lang", "kk"]) == taken(["calls", "--", "--lang", "kk"])


def test_what_is_said_on_the_line_outdoes_the_environment_and_that_the_settings(tmp_path):
    (tmp_path / "settings.toml").write_text('lang = "kk"\n')
    settled = {"IVR111_SETTINGS": str(tmp_path / "settings.toml")}
    assert "en" == chosen(None, {"IVR111_SETTINGS": str(tmp_path / "none.toml")})
    assert "kk" == chosen(None, settled)
    assert "ru" == chosen(None, {**settled, "IVR111_LANG": "ru"})
    assert "en" == chosen("en", {**settled, "IVR111_LANG": "ru"})
    with pytest.raises(NoSuchLanguage, match="IVR111_LANG: kk, ru or en"):
        chosen(None, {"IVR111_LANG": "de"})


def test_a_sentence_keeps_its_fields_through_an_exception():
    before = CHOSEN.set("kk")
    try:
        why = ValueError(told("there is no call {call_id}; see: ivr111 calls list", call_id="n1-7"))
        assert "n1-7 деген қоңырау жоқ; қараңыз: ivr111 calls list" == spoken(str(why))
    finally:
        CHOSEN.reset(before)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("calls", "show", "n1-7", "--lang", "kk"), "n1-7 деген қоңырау жоқ"),
        (("--lang", "ru", "calls", "show", "n1-7"), "звонка n1-7 нет"),
        (("--lang", "ru", "calls", "show"), "Ошибка: Не указан аргумент 'call_id'."),
        (("--lang", "kk", "calls", "lst"), "Қате: 'lst' деген команда жоқ"),
        (
            ("--lang", "kk", "calls", "list", "--limit", "x"),
            "Қате: '--limit' мәні жарамсыз: бүтін сан жазыңыз",
        ),
        (("--lang", "kk", "calls", "list", "--day", "32.11.2026"), "'32.11.2026' — күн емес"),
        (("--lang", "de", "calls", "list"), "--lang: kk, ru or en"),
    ],
)
def test_errors_are_said_in_the_language(ivr111, words, said):
    done = ivr111(*words)
    assert said in done.stderr
    assert 0 != done.exit_code


def test_help_is_in_the_language(ivr111):
    said = ivr111("calls", "list", "--help", "--lang", "kk").stdout
    assert "Қолданылуы: ivr111 calls list" in said
    assert "Параметрлер:" in said
    assert "Show" not in said
    assert "default" not in said


def test_json_is_the_same_in_every_language(ivr111):
    one, other = (ivr111("calls", "list", "--json", "--lang", lang) for lang in ("en", "kk"))
    assert one.stdout == other.stdout
    assert [] == json.loads(one.stdout)


def test_the_language_of_one_command_is_not_the_next_ones(ivr111):
    ivr111("calls", "list", "--lang", "kk")
    assert "no calls yet" in ivr111("calls", "list").stdout


def test_a_whole_call_is_told_in_kazakh_and_russian(ivr111, settings):
    talk, back = after(5), after(20)
    told_of = replace(
        SERVED,
        moments=(
            Moment("ring", 1, "c102", after(2), after(4), "no_answer"),
            Moment("hold", 1, "c101", talk, after(9)),
            Moment("hold", 2, "caller", talk, after(9)),
            Moment("divert", 1, "", back),
        ),
    )
    both = recording(SERVED, 1), recording(BACK_FROM_1414, 1)
    write_journal(settings, told_of, WITHHELD, BACK_FROM_1414, *both)
    for call in (SERVED, WITHHELD, BACK_FROM_1414):
        for language in ("kk", "ru"):
            said = ivr111("calls", "show", call.call_id, "--lang", language).stdout
            assert [] == [word for word in ENGLISH.findall(said) if word not in ("recordings", "play")], said
