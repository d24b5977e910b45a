"""Kazakh and Russian are whole and equal; every page speaks one language only; television tells no names."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from config.pause_reasons import BY_DIGIT, PAUSE_REASONS
from config.refusals import Code
from config.settings import Settings
from console.app import LABELS
from console.figures.pages import ConsultantTotals
from console.http import labels
from console.http import refusals as said
from console.http.i18n import MissingWords, Words, catalogue
from console.http.rendering import Rendering
from console.identity.account_administration import AccountRow
from console.identity.accounts import Account
from console.identity.sessions import Session
from console.wallboard.labels import ALERTS
from routing.live.consultant_times import Timesheet
from tests.boards import board
from tests.console_home import BOARD

ROOT = Path(__file__).resolve().parents[2] / "console"
TRIMMED = {"encoding": "utf-8", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
# The same in both languages, and rightly so.
EQUAL = {"%(seconds)s s", "auditor", "consultant", "supervisor", "Consultant for %(about)s", "Login",
         "The supervisor %(does)s", "Auditor", "Phone", "Body"}  # fmt: skip


def messages() -> set[str | tuple[str, ...]]:
    """All that pages and code say."""
    found: set[str | tuple[str, ...]] = set()
    for file in ROOT.rglob("*.html"):
        keywords = {"_": None, "ngettext": (1, 2)}
        rows = extract_from_file("jinja2.ext:babel_extract", file, keywords=keywords, options=TRIMMED)
        found.update(row[1] for row in rows)
    for file in ROOT.rglob("*.py"):
        found.update(row[1] for row in extract_from_file("python", file, keywords={"N_": None}))
    return found


def key(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_no_message_is_missing_empty_unsure_or_left_over(language):
    catalog = catalogue(language)
    wanted = {key(message) for message in messages()}
    there = {key(message.id) for message in catalog if message.id}
    assert wanted - there == set()
    assert there - wanted == set()
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert (all(strings) and not message.fuzzy) or not message.id, message.id


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_what_is_put_into_a_message_is_put_into_its_translation(language):
    holes = re.compile(r"%\(\w+\)s|\{\w+\}")
    for message in catalogue(language):
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for text in strings:
            assert sorted(holes.findall(key(message.id))) == sorted(holes.findall(text)), message.id


def test_kazakh_is_not_russian():
    russian = {key(message.id): message.string for message in catalogue("ru") if message.id}
    same = {
        key(message.id)
        for message in catalogue("kk")
        if message.id
        and message.string == russian[key(message.id)]
        and re.search("[а-я]", str(message.string))
    }
    assert same <= EQUAL


def test_a_message_nobody_translated_stops_the_page():
    with pytest.raises(MissingWords):
        Words("kk", Settings().zone).gettext("never written")


NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PAGES = ("wallboard.html", "tv.html", "desk.html", "figures.html", "sign_in.html", "second_factor.html",
         "enrol.html", "error.html", "order_result.html", "account.html", "accounts.html",
         "change_password.html")  # fmt: skip
LATIN_WORDS = re.compile(r"(?<![\w&#/.-])[A-Za-z]{3,}")
# Names of ours, of people's accounts, and of programs to type.
ALLOWED = {"time", "ivr", "consultants", "add", "Eng", "NEW", "otpauth", "number", "sara", "number}", "event"}


def page(template: str, language: str) -> str:
    from datetime import date

    from recordings.journal.figures import figures

    me = Account("sara", "Сара Бақылау", "supervisor", None, "s201", language)
    nothing = figures((), 20.0)
    return Rendering(Settings(), LABELS).page(
        template, language, me=me, role="supervisor", csrf="0", here="/", board=board(), fresh=True,
        stream="/stream/board", seat=board().consultants[0],
        rows=[AccountRow(me, 1, NOW)] if template == "accounts.html" else [(date(2026, 11, 24), nothing)],
        whole=nothing, languages={"kk": nothing, "ru": nothing}, first=date(2026, 11, 24),
        last=date(2026, 11, 24), wrong=True, longest=92, chart=BOARD["chart"], wait=3, ended=True,
        shown="A", link="otpauth://0", code=403, message="", picture="data:,", home="/",
        good=True if template == "order_result.html" else None, bad=None, told=("sara", "2222"), typed={},
        seats=[("c101", "Айгүл Сынақ")], phones=["s201"], own="1",
        people=[ConsultantTotals("c101", "Айгүл Сынақ", 3, Timesheet().sums("c101", 0.0, 1.0))], until=1.0,
        sessions=[Session("1", "sara", "in", "c", NOW, NOW, "192.0.2.1")],
    )  # fmt: skip


def visible(html: str) -> str:
    """What a person reads or hears: text and labels."""
    html = re.sub(r"<(head|script|style)\b.*?</\1>", " ", html, flags=re.S)
    labels_ = " ".join(re.findall(r'(?:aria-label|title|placeholder|data-formula|data-text)="([^"]*)"', html))
    return re.sub(r"<[^>]*>", " ", html) + " " + labels_


@pytest.mark.parametrize("template", PAGES)
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_page_in_kazakh_or_russian_holds_no_english_word(template, language):
    found = {word for word in LATIN_WORDS.findall(visible(page(template, language)))} - ALLOWED
    assert found == set()


@pytest.mark.parametrize("template", PAGES)
def test_a_page_in_english_holds_no_word_of_the_others(template):
    text = visible(page(template, "en"))
    for name in ("Айгүл Сынақ", "Сара Бақылау", "Қаз", "Рус"):
        text = text.replace(name, "")
    assert re.findall("[а-яА-ЯӘәҒғҚқҢңӨөҰұҮүҺһІі]+", text) == []


@pytest.mark.parametrize("template", PAGES)
def test_a_page_in_russian_holds_no_kazakh_letter(template):
    text = visible(page(template, "ru"))
    for name in ("Айгүл Сынақ", "Сара Бақылау", "Қаз"):
        text = text.replace(name, "")
    assert re.findall("[ӘәҒғҚқҢңӨөҰұҮүҺһІі]+", text) == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_television_tells_no_name_no_number_and_no_call(language):
    text = page("tv.html", language)
    for told in ("Айгүл", "c101", "c102", "***67", "n1-1", "s201", "Сара"):
        assert told not in text


def test_whatever_the_engine_refuses_has_a_sentence():
    words = Words("kk", Settings().zone)
    for code in (*Code, "something_new"):
        assert words.gettext(said.reason(code))
    assert said.reason("something_new") == said.OTHERWISE
    assert set(Code) == set(said.SENTENCES)


def test_every_state_alert_and_reason_that_can_come_has_a_name():
    assert set(PAUSE_REASONS) == set(labels.REASONS)
    assert {*BY_DIGIT.values(), *Settings().pause_reasons} <= set(PAUSE_REASONS)
    from engine.wallboard.alerts import CRITICAL
    from routing.board.alert_kinds import BOARD as TOLD
    from routing.board.alert_kinds import OTHER, STATES

    named = {*TOLD.values(), *STATES.values(), *CRITICAL, OTHER, "demand_due", "wait_warning", "diverted"}
    assert named <= set(ALERTS)
