"""`ivr111 calls`: what is listed, in which words, and that nobody sees a number without a reason."""

import asyncio
import contextlib
import json
import os
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.typable import typable
from engine.cli.dates import moment, whole_day
from recordings.journal.journal import Journal
from recordings.journal.reading import Reader
from recordings.model.access_entry import START
from recordings.model.call_record import Connection, Moment
from recordings.model.entries import CALL_REFUSED, Alarm
from recordings.privacy.keyring import Keyring
from tests.chains import verify
from tests.folders import open_the_way
from tests.line import (
    BACK_FROM_1414,
    CALLER,
    SERVED,
    WITHHELD,
    after,
    call_id,
    engine,
    recording,
    write_journal,
)

pytest_plugins = ("tests.command_line",)

REASON = "сұрау №5 бойынша"


@pytest.fixture
def journal(settings):
    write_journal(
        settings,
        SERVED,
        WITHHELD,
        BACK_FROM_1414,
        recording(SERVED, 1),
        recording(BACK_FROM_1414, 1),
        recording(BACK_FROM_1414, 2),
    )


def log_of(settings):
    async def read():
        reader = Reader.open(settings.database, None)
        links = await reader.access_log()
        await reader.close()
        return [link.entry for link in links], list(verify(START, links))

    return asyncio.run(read())


def ids(result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return [one["call_id"] for one in json.loads(result.stdout)]


def test_a_served_call_is_listed_with_every_promised_word(ivr111, journal, settings):
    stereo = settings.audio / f"2026-11-22/{SERVED.call_id}-c1-stereo.wav"
    stereo.parent.mkdir(parents=True)
    assert json.loads(ivr111("calls", "list", "--json").stdout)[0]["recordings"][0]["file"] is None  # sealed
    stereo.touch()
    first = json.loads(ivr111("calls", "list", "--json").stdout)[0]
    [audio] = first.pop("recordings")
    assert first == {
        "call_id": SERVED.call_id,
        "caller": "+*********01",
        "language": "kk",
        "queue": "111-kk",
        "consultant": "c101",
        "arrived_at": "2026-11-22T14:00:00.123+05:00",
        "answered_at": "2026-11-22T14:00:14.623+05:00",
        "ended_at": "2026-11-22T14:01:31.123+05:00",
        "outcome": "served",
        "rating": 5,
    }
    assert audio["file"] == str(stereo)
    assert (audio["state"], audio["seconds"], audio["caller_level"]) == ("finished", 65.5, -21.5)


def test_a_call_that_was_never_queued_has_nulls(ivr111, journal):
    second = json.loads(ivr111("calls", "list", "--json").stdout)[1]
    assert [second[name] for name in ("caller", "language", "queue", "consultant", "answered_at")] == [
        None
    ] * 5
    assert (second["outcome"], second["recordings"]) == ("abandoned_in_menu", [])


def test_two_conversations_of_one_call_are_two_recordings(ivr111, journal):
    third = json.loads(ivr111("calls", "list", "--json").stdout)[2]
    assert [one["connection"] for one in third["recordings"]] == [1, 2]


def test_the_newest_call_stands_last_and_a_limit_keeps_the_newest(ivr111, journal):
    assert ids(ivr111("calls", "list", "--json")) == [call_id(1), call_id(2), call_id(33)]
    assert ids(ivr111("calls", "list", "--json", "--limit", "2")) == [call_id(2), call_id(33)]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("--outcome", "served"), [1, 33]),
        (("--consultant", "c102"), [33]),
        (("--language", "kk"), [1]),
        (("--day", "2026-11-22"), [1, 2, 33]),
        (("--day", "2026-11-21"), []),
        (("--since", "2026-11-22T14:01"), [2, 33]),
        (("--since", "2026-11-22T09:01:00+00:00"), [2, 33]),
        (("--until", "2026-11-22T14:01"), [1]),
        (("--until", "2026-11-22"), [1, 2, 33]),
        (("--since", "2026-11-23"), []),
    ],
)
def test_calls_are_chosen_by(ivr111, journal, words, numbers):
    assert ids(ivr111("calls", "list", "--json", *words)) == [call_id(number) for number in numbers]


@pytest.mark.parametrize(
    "words",
    [
        ("--day", "22.13.2026"),
        ("--day", "2026-13-41"),
        ("--day", "2026-11-22T10:00"),
        ("--since", "soon"),
        ("--until", "2026-02-30"),
        ("--day", "2026-11-22", "--since", "2026-11-22"),
        ("--outcome", "lost"),
        ("--limit", "0"),
        ("--unmask",),
        ("--unmask", "--reason", "  "),
        ("--reason", REASON),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_write(ivr111, words):
    result = ivr111("calls", "list", *words)
    assert (result.exit_code, result.stdout, words[0] in result.stderr) == (2, "", True)


def test_people_who_read_text_see_masked_numbers_and_no_boxes(ivr111, journal):
    result = ivr111("calls", "list")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split() == [
        *(
            "2026-11-22",
            "14:00:00",
            SERVED.call_id,
            "+*********01",
            "111-kk",
            "c101",
            "14.5",
            "s",
            "served",
            "5",
        )
    ]
    assert CALLER not in result.stdout
    assert not set(result.stdout) & set("│┃━─\x1b")


def test_no_journal_yet_is_no_fault(ivr111):
    assert ivr111("calls", "list").stdout == "no calls yet\n"
    assert json.loads(ivr111("calls", "list", "--json").stdout) == []


def test_an_empty_database_file_is_no_fault(ivr111, settings):
    (settings.home / "db").mkdir()
    sqlite3.connect(settings.home / "db" / "journal.sqlite").close()
    assert ivr111("calls", "list").stdout == "no calls yet\n"


def test_a_broken_database_is_said_in_plain_words(ivr111, settings):
    (settings.home / "db").mkdir()
    (settings.home / "db" / "journal.sqlite").write_bytes(b"no database " * 1000)
    result = ivr111("calls", "list")
    assert (result.exit_code, "doctor" in result.stderr, "Traceback" in result.stderr) == (1, True, False)


def test_wrong_settings_are_said_in_plain_words(ivr111, settings):
    (settings.home / "settings.toml").write_text("sip_prot = 5060\n")
    result = ivr111("calls", "list")
    assert (result.exit_code, "sip_prot" in result.stderr, "Traceback" in result.stderr) == (1, True, False)


# Unmasking (A5).


def test_unmasking_is_written_to_the_access_log_before_a_number_is_shown(ivr111, journal, settings):
    with engine(settings):
        result = ivr111("calls", "list", "--json", "--unmask", "--reason", REASON)
    assert json.loads(result.stdout)[0]["caller"] == CALLER
    entries, faults = log_of(settings)
    assert [(one.action, one.subject, one.reason) for one in entries] == [
        ("unmasked", call_id(number), REASON) for number in (1, 2, 33)
    ]
    assert {(one.person, one.role, one.system_user) for one in entries} == {
        ("lab administrator", "administrator", "root")
    }
    assert faults == []


def test_a_reason_stands_in_the_log_whole_or_is_refused_and_nothing_is_shown(ivr111, journal, settings):
    long, longer = "Прокурордың 12-3/45 сұрауы. " * 35, "ұ" * 1001
    with engine(settings):
        assert 0 == ivr111("calls", "show", call_id(1), "--unmask", "--reason", long).exit_code
        refused = ivr111("calls", "show", call_id(1), "--unmask", "--reason", longer)
    assert (1, "") == (refused.exit_code, refused.stdout)
    assert "has 1,001 characters: the access log keeps 1,000" in refused.stderr
    assert [long] == [one.reason for one in log_of(settings)[0]]


def test_without_an_engine_numbers_stay_masked(ivr111, journal):
    result = ivr111("calls", "list", "--unmask", "--reason", REASON)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "numbers stay masked" in result.stderr


class FullJournal:
    """Neither database nor disk takes anything."""

    place = "memory"

    def submit(self, entry):
        pass

    async def write(self, entry):
        pass


def test_a_log_that_cannot_be_written_shows_nothing(ivr111, journal, settings):
    with engine(settings) as running:
        running.journal = FullJournal()
        result = ivr111("calls", "list", "--unmask", "--reason", REASON)
    assert (result.exit_code, result.stdout) == (1, "")


def test_somebody_whom_nobody_named_sees_no_number_at_a_site(ivr111, journal, settings):
    with engine(settings.model_copy(update={"profile": "site"})):
        result = ivr111("calls", "show", call_id(1), "--unmask", "--reason", REASON)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nobody we know" in result.stderr
    assert log_of(settings)[0] == []


@pytest.mark.parametrize(
    "role, allowed", [("administrator", True), ("auditor", False), ("supervisor", False)]
)
def test_the_settings_name_the_person(ivr111, journal, settings, monkeypatch, role, allowed):
    monkeypatch.setenv("IVR111_PEOPLE", f'{{"root": {{"person": "Әлия Сынақ", "role": "{role}"}}}}')
    with engine(type(settings)()):
        result = ivr111("calls", "show", call_id(1), "--unmask", "--reason", REASON)
    assert (0 if allowed else 1) == result.exit_code
    assert allowed == (CALLER in result.stdout)
    written = [(one.person, one.role, one.subject) for one in log_of(settings)[0]]
    assert ([("Әлия Сынақ", role, call_id(1))] if allowed else []) == written


# One call's story.


def test_a_call_is_told_moment_by_moment(ivr111, journal, settings):
    lying = settings.audio / f"2026-11-22/{call_id(1)}-c1"
    lying.parent.mkdir(parents=True)
    assert typable("to hear it: ivr111 recordings play") in ivr111("calls", "show", call_id(1)).stdout
    for leg in ("stereo", "caller", "consultant"):
        lying.with_name(f"{lying.name}-{leg}.wav").touch()
    told = ivr111("calls", "show", call_id(1)).stdout.splitlines()
    assert told[0] == f"call {call_id(1)}, 2026-11-22, times UTC+0500"
    assert [line.split(" s  ", 1)[1] for line in told[1:11]] == [
        "arrived, from +*********01",
        "the line answered",
        "language: Kazakh",
        "waits in 111-kk",
        "the first phone rings",
        "c101 rings",
        "c101 answered: conversation 1",
        "conversation 1 with c101 ended after 65.5 s",
        "rating: 5",
        "the call ended, by the consultant",
    ]
    assert told[1].split()[:2] == ["14:00:00.123", "+0.000"]
    assert told[11:14] == [
        "outcome: served; rated 5 of 5",
        "waited 14.5 s from arrival to the consultant's answer: within 40 s (C1)",
        "recording of conversation 1: finished, 65.5 s",
    ]
    assert [line.split()[-1] for line in told[15:]] == [
        f"{lying}-{leg}.wav" for leg in ("stereo", "caller", "consultant")
    ]


def test_rings_nobody_answered_holds_and_a_diversion_are_told(ivr111, settings):
    moments = (
        Moment("ring", 1, "c103", after(10), after(10.2), "forwards"),
        Moment("ring", 2, "c102", after(10.3), after(30.3), "no_answer"),
        Moment("ring", 3, "c101", after(31), after(31.6), "drops"),
        Moment("ring", 4, "c104", after(36), after(37), "answered"),
        Moment("hold", 1, "c104", after(40), after(52.5)),
        Moment("divert", 1, "duty", after(60), None),
    )
    talks = (
        Connection(1, "c101", after(31), after(31.5), after(31.6)),
        Connection(2, "c104", after(36), after(37), after(55)),
    )
    write_journal(settings, replace(SERVED, connections=talks, moments=moments, served_by="c104"))
    told = ivr111("calls", "show", SERVED.call_id).stdout
    lines = [line.split(" s  ", 1)[-1] for line in told.splitlines()]
    assert [
        "c103 rings",
        "c103 forwards calls, and nothing it names is dialled: the ring counts as refused",
        "c102 rings",
        "c102 did not answer in 20.0 s",
        "c101 rings",
        "c101 answered: conversation 1",
        "conversation 1 with c101 ended after 0.1 s",
        "c101 was gone at once: nobody was served, the caller kept the place",
        "c104 rings",
        "c104 answered: conversation 2",
        "c104 put the caller on hold",
        "the hold was over after 12.5 s",
        "conversation 2 with c104 ended after 18.0 s",
        "a supervisor had diverted the queue: on to the duty phone",
    ] == [line for line in lines if "c10" in line or "hold" in line or "divert" in line][:14]


def test_a_return_from_1414_is_told_with_the_notice_and_both_recordings(ivr111, journal):
    told = ivr111("calls", "show", call_id(33)).stdout
    assert "had heard the notice of the transfer to 1414; 1414 was busy: told so" in told
    assert "waited 50.0 s from arrival to the consultant's answer: longer than 40 s (C1)" in told
    assert told.count("recording of conversation") == 2


def test_the_beginning_of_an_id_is_enough_when_only_one_call_has_it(ivr111, journal):
    assert ivr111("calls", "show", call_id(33)[:-4]).stdout.startswith(f"call {call_id(33)},")
    several = ivr111("calls", "show", "n1-")
    assert (several.exit_code, "several calls" in several.stderr) == (1, True)
    for nobody in ("n2", "%", "n1_", ""):
        assert ivr111("calls", "show", nobody).exit_code == 1


def test_all_that_is_known_is_there_as_json(ivr111, journal):
    whole = json.loads(ivr111("calls", "show", call_id(33), "--json").stdout)
    assert (whole["waited_seconds"], whole["ucc_result"], whole["caller"]) == (50.0, "busy", "+*********03")
    assert [(talk["number"], talk["party"]) for talk in whole["connections"]] == [(1, "c102"), (2, "c102")]


def test_a_callers_name_for_a_number_moves_no_cursor(ivr111, settings):
    write_journal(settings, replace(SERVED, pii_caller="\x1b[2Jme\nyou"))
    with engine(settings):
        told = ivr111("calls", "show", call_id(1), "--unmask", "--reason", REASON).stdout
    assert "from �[2Jme�you" in told


# Beside the engine.


@contextlib.contextmanager
def nobody(settings):
    """Another user's rights; the folders that pytest made are opened for the way to home."""
    open_the_way(settings.home.parent)
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads another user's journal")
def test_what_root_reads_leaves_no_file_that_the_engine_cannot_write(ivr111, settings, monkeypatch):
    write_journal(settings, SERVED)
    folder = settings.home / "db"
    for path in (folder, *folder.iterdir()):
        os.chown(path, 65534, 65534)
    folder.chmod(0o700)
    seen = []
    calls = Reader.calls

    async def watched(self, wanted):
        found = await calls(self, wanted)
        seen.extend((path.name, path.stat().st_uid) for path in folder.iterdir())
        return found

    monkeypatch.setattr(Reader, "calls", watched)
    assert ids(ivr111("calls", "list", "--json")) == [call_id(1)]
    names = {"journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "journal.sqlite.is"}
    assert {name for name, _ in seen} == names  # it did make them
    assert {owner for _, owner in seen} == {65534}
    assert {path.stat().st_uid for path in folder.iterdir()} == {65534}
    with nobody(settings):
        engine = sqlite3.connect(folder / "journal.sqlite")
        engine.execute("CREATE TABLE later (a)")
        engine.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_another_user_is_told_to_use_sudo(ivr111, settings, journal, monkeypatch):
    (settings.home / "db").chmod(0o700)
    with nobody(settings):
        result = ivr111("calls", "list")
    assert (result.exit_code, "sudo" in result.stderr, "Traceback" in result.stderr) == (1, True, False)


def test_a_postgresql_that_is_away_is_said_in_plain_words(ivr111, monkeypatch):
    monkeypatch.setenv("IVR111_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    result = ivr111("calls", "list")
    assert (result.exit_code, "cannot be read" in result.stderr) == (1, True)


# Dates.

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # the 23rd in Almaty


def test_today_is_the_centres_day():
    assert whole_day("today", ALMATY, NOW) == (
        datetime(2026, 11, 23, tzinfo=ALMATY),
        datetime(2026, 11, 24, tzinfo=ALMATY),
    )
    assert moment("yesterday", ALMATY, NOW) == datetime(2026, 11, 22, tzinfo=ALMATY)


def test_a_time_without_zone_is_the_centres():
    assert moment("2026-11-22T14:00:00.123456", ALMATY, NOW) == after(0)


def test_callers_whom_asterisk_refused_are_told_beside_the_calls_of_that_time(ivr111, journal, settings):
    async def refuse() -> None:
        held = Journal(settings.database, settings.spool / "journal", Keyring(settings.keys_dir).numbers)
        await held.start()
        for seconds in (30, 30.5, 7200):
            held.submit(Alarm(CALL_REFUSED, "trunk", after(seconds)))
        await held.stop()

    def told(*words: str) -> list[str]:
        result = ivr111("calls", "list", *words)
        return [line for line in (result.stdout + result.stderr).splitlines() if "refused" in line]

    asyncio.run(refuse())
    said = "besides, refused by Asterisk (503) and in no row:"
    every = [f"{said} 3 callers, 2026-11-22 14:00:30 to 2026-11-22 16:00:00"]
    assert every == told()
    assert every == told("--json")
    assert len(json.loads(ivr111("calls", "list", "--json").stdout)) == 3
    assert [f"{said} 1 caller, 2026-11-22 16:00:00"] == told("--since", "2026-11-22T15:30")
    assert [f"{said} 1 caller, 2026-11-22 16:00:00"] == told("--limit", "1")
    assert (
        []
        == told("--until", "2026-11-22T13:00")
        == told("--outcome", "served")
        == told("--day", "2026-11-21")
    )
