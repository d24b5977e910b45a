"""The command line of evidence as an administrator uses it: from the letter to the package, and who may."""

import asyncio
import json
import os
import wave

import pytest
from sqlalchemy import create_engine, text

from engine.process.operator import system_user
from recordings.sealing.worker import Sealer
from tests.evidence_home import EvidenceHome
from tests.folders import open_the_way

pytest_plugins = ("tests.command_line",)
pytestmark = pytest.mark.slow

SETTINGS = """
[people.{me}]
person = "Айгүл Сынақова"
role = "{role}"
[people.daemon]
person = "Дәулет Сынақов"
role = "administrator"
"""
NUMBER = "8 700 000 00 01"
LETTER = (
    *("--authority", "informatisation", "--basis", "C6", "--letter-number", "12-3/45"),
    *("--letter-date", "2026-11-22", "--number", NUMBER, "--day", "2026-11-22"),
)


@pytest.fixture
def home(settings, monkeypatch):
    """Three conversations, the third on another number; sealed."""
    monkeypatch.delenv("SUDO_UID", raising=False)
    role(settings, "administrator")

    async def fill() -> None:
        opened = await EvidenceHome(settings.home).open()
        for number, caller in ((1, "+77000000001"), (2, "+77000000001"), (3, "+77000000002")):
            await opened.talk(number, caller=caller, seconds=2)
        await Sealer(opened.database, opened.keys, opened.settings).pass_once()
        await opened.close()

    asyncio.run(fill())
    return settings


def role(settings, name: str) -> None:
    (settings.home / "settings.toml").write_text(SETTINGS.format(me=system_user({}), role=name))


def answered(result) -> dict:
    assert 0 == result.exit_code, result.output
    return json.loads(result.stdout)


def by_the_other(monkeypatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1")  # daemon; believed because root asks


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act for somebody (SUDO_UID): see operator.py")
def test_a_letter_becomes_a_package_in_two_peoples_hands(ivr111, home, monkeypatch, tmp_path):
    demand = answered(ivr111("demands", "register", *LETTER, "--search", "--json"))
    assert ("ready", 2) == (demand["state"], len(demand["findings"]))
    alone = ivr111("demands", "approve", "1")
    assert (1, True) == (alone.exit_code, "another administrator" in alone.stderr)
    by_the_other(monkeypatch)
    assert "approved" == answered(ivr111("demands", "approve", "1", "--json"))["state"]
    monkeypatch.delenv("SUDO_UID")
    made = answered(ivr111("demands", "package", "111-D-000001", "--out", str(tmp_path), "--json"))
    assert 2 == made["recordings"]
    package = tmp_path / "111-D-000001.zip"
    told = answered(ivr111("demands", "verify", str(package), "--json"))
    assert {**told, "package": str(package), "faults": [], "missing": [], "demand": "111-D-000001"} == told
    signature = package.with_name(f"{package.name}.sig")
    signature.rename(tmp_path / "away")
    without = ivr111("demands", "verify", str(package))
    assert (2, False) == (without.exit_code, "unaltered" in without.stdout)
    (tmp_path / "away").rename(signature)
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    package.write_bytes(data)
    told = ivr111("demands", "verify", str(package))
    assert (1, True) == (told.exit_code, "altered" in told.stdout)
    assert [] == list(home.packages.iterdir())
    handed = answered(ivr111("demands", "hand-over", "1", "--to", "кеңсе", "--how", "курьер", "--json"))
    assert ("handed_over", None) == (handed["state"], handed["left_seconds"])
    assert (
        "acknowledged" == answered(ivr111("demands", "acknowledge", "1", "--note", "№ 7", "--json"))["state"]
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act for somebody (SUDO_UID): see operator.py")
def test_a_mistyped_number_is_asked_back_put_right_looked_at_and_heard(ivr111, home, monkeypatch, tmp_path):
    mistyped = ["8 700 000 00 09" if word == NUMBER else word for word in LETTER]
    demand = answered(ivr111("demands", "register", *mistyped, "--search", "--json"))
    assert ("searching", ["near_numbers"]) == (demand["state"], [one["doubt"] for one in demand["questions"]])
    assert "жазбалар, олардың" not in ivr111("demands", "letter", "1").stdout.lower()
    by_the_other(monkeypatch)
    asked = ivr111("demands", "approve", "1")
    assert (1, True, True) == (
        asked.exit_code,
        "numbers of that day that differ in one digit: 2" in asked.stderr,
        "--confirm near_numbers" in asked.stderr,
    )
    assert 2 == ivr111("demands", "approve", "1", "--confirm", "time_to_come").exit_code
    monkeypatch.delenv("SUDO_UID")
    right = answered(ivr111("demands", "correct", "1", "--number", NUMBER, "--reason", "цифра", "--json"))
    assert "received" == right["state"]
    assert "ready" == answered(ivr111("demands", "search", "1", "--json"))["state"]
    by_the_other(monkeypatch)
    seen = answered(ivr111("demands", "review", "1", "--json"))["conversations"]
    assert [("2026-11-22 14:00:10", "0:02", "c101")] * 2 == [
        (one["began"], one["length"], one["consultant"]) for one in seen
    ]
    open_the_way(tmp_path)
    out = tmp_path / "theirs" / "first.wav"
    out.parent.mkdir()
    out.parent.chmod(0o777)
    assert 0 == ivr111("demands", "listen", "1", "1", "--out", str(out)).exit_code
    with wave.open(str(out)) as sound:
        assert 16000 == sound.getnframes()
    log = json.loads(ivr111("audit", "list", "--action", "listened", "--json").stdout)
    assert [("daemon", seen[0]["recording"])] == [(one["system_user"], one["subject"]) for one in log]
    assert "approved" == answered(ivr111("demands", "approve", "1", "--json"))["state"]


@pytest.mark.parametrize("day", ["today", "2026-11-21", "2099-01-01"])
def test_an_answer_about_a_day_not_over_without_calls_or_to_come_is_asked_back(
    ivr111, home, monkeypatch, day
):
    words = [*LETTER[:-1], day]
    assert 0 == ivr111("demands", "register", *words, "--search").exit_code
    assert 0 == ivr111("demands", "show", "1").exit_code
    by_the_other(monkeypatch)
    asked = ivr111("demands", "approve", "1")
    assert (1, True) == (asked.exit_code, "is not answered yet" in asked.stderr)


def test_a_letter_under_c6_without_a_date_goes_back_with_its_reply_in_both_languages(ivr111, home):
    without = [word for word in LETTER if word not in ("--day",)]
    without.remove("2026-11-22")  # the letter's date stays: this was its first
    without.insert(without.index("--letter-date") + 1, "2026-11-22")
    without.pop()
    demand = answered(ivr111("demands", "register", *without, "--json"))
    assert "returned" == demand["state"]
    text = ivr111("demands", "letter", "1").stdout
    assert "қайтарылады" in text
    assert "возвращается" in text


@pytest.mark.parametrize(
    "words, said",
    [
        (("register", *LETTER[:-1], "2026-13-01"), "no"),
        (("register", "--authority", "nobody", *LETTER[2:]), "there are: informatisation"),
        (("register", *LETTER[:2], "--basis", "B7", *LETTER[4:]), "there are: A19, C6"),
        (("search", "7"), "there is no demand 7"),
        (("package", "7", "--out", "/nowhere"), "is no folder"),
    ],
)
def test_what_cannot_be_is_said_in_plain_words(ivr111, home, words, said):
    result = ivr111("demands", *words)
    assert (1, True) == (result.exit_code, said in result.stderr), result.output


def test_no_number_is_shown_unless_unmasked_with_a_reason_and_all_of_it_is_logged(ivr111, home):
    asked = ("recordings", "find", "--number", NUMBER, "--day", "2026-11-22")
    assert 2 == ivr111(*asked).exit_code  # no reason
    masked = ivr111(*asked, "--reason", "сынақ", "--json").stdout
    assert 2 == len(json.loads(masked))
    assert "7000000001" not in masked
    shown = json.loads(ivr111(*asked, "--reason", "сынақ", "--unmask", "--json").stdout)
    assert {"+77000000001"} == {one["caller"] for one in shown}
    log = json.loads(ivr111("audit", "list", "--json").stdout)
    assert ["searched", "searched", "unmasked", "unmasked", "read_log"] == [entry["action"] for entry in log]
    assert "7000000001" not in json.dumps(log)
    assert 0 == ivr111("audit", "verify").exit_code


def test_evidence_keeps_a_reason_whole_or_refuses_it_before_the_act(ivr111, home, tmp_path):
    long, out = "ұ" * 1000, tmp_path / "a.wav"
    recording = ("recordings", "play", "n1-1795338000000-1-c1", "--out", str(out), "--reason")
    refused = ivr111(*recording, long + "ұ")
    assert (1, True) == (refused.exit_code, "the access log keeps 1,000" in refused.stderr)
    assert not out.exists()
    assert 0 == ivr111(*recording, long).exit_code
    log = json.loads(ivr111("audit", "list", "--json").stdout)
    assert [("listened", long), ("read_log", "")] == [(one["action"], one["reason"]) for one in log]


@pytest.mark.parametrize(
    "who, allowed",
    [
        ("administrator", {"find", "play", "export", "register", "audit", "plan"}),
        ("supervisor", {"find", "play"}),
        ("auditor", {"audit"}),
        ("consultant", set()),
    ],
)
def test_each_role_may_what_it_may_and_nothing_else(ivr111, home, tmp_path, who, allowed):
    role(home, who)
    recording = "n1-1795338000000-1-c1"
    deeds = {
        "find": ("recordings", "find", "--day", "2026-11-22", "--reason", "x"),
        "play": ("recordings", "play", recording, "--reason", "x", "--out", str(tmp_path / "a.wav")),
        "export": ("recordings", "export", recording, "--reason", "x", "--out", str(tmp_path / "b.wav")),
        "register": ("demands", "register", *LETTER),
        "audit": ("audit", "list"),
        "plan": ("retention", "plan"),
    }
    assert allowed == {name for name, words in deeds.items() if ivr111(*words).exit_code == 0}
    assert ("play" in allowed) == (tmp_path / "a.wav").exists()


def test_a_recording_plays_from_any_second(ivr111, home, tmp_path):
    out = tmp_path / "part.wav"
    words = ("--from", "0:01", "--reason", "сынақ", "--out", str(out))
    assert 0 == ivr111("recordings", "play", "n1-1795338000000-1-c1", *words).exit_code
    with wave.open(str(out)) as sound:
        assert (2, 8000) == (sound.getnchannels(), sound.getnframes())
    nothing = ivr111("recordings", "play", "n1-1-1-c1", "--reason", "x", "--out", str(out))
    assert (1, True) == (nothing.exit_code, "no sealed recording" in nothing.stderr)


def test_a_hold_keeps_a_call_and_is_listed(ivr111, home):
    call = "n1-1795338000000-1"
    made = answered(ivr111("retention", "hold", call, "--reason", "сот", "--json"))
    assert [True] == [one["holds"] for one in json.loads(ivr111("retention", "holds", "--json").stdout)]
    assert 0 == ivr111("retention", "lift", str(made["hold"]), "--reason", "бітті").exit_code
    assert 1 == ivr111("retention", "lift", str(made["hold"]), "--reason", "бітті").exit_code
    assert 1 == ivr111("retention", "hold", "n1-9-9", "--reason", "сот").exit_code


def test_a_statement_of_today_waits_for_the_days_end_and_now_is_signed(ivr111, home):
    assert 1 == ivr111("recordings", "statement", "--day", "today").exit_code
    made = answered(ivr111("recordings", "statement", "--now", "--json"))
    assert 3 == made["chain"]["last"]
    assert 0 == ivr111("recordings", "verify", "--deep").exit_code
    assert list(home.statements_dir.glob("*.json.sig"))


def test_the_master_key_is_exchanged_and_everything_opens(ivr111, home, tmp_path):
    done = answered(ivr111("keys", "rotate", "--json"))
    assert (2, 3, [1]) == (done["master_key"], done["wrapped"], done["removed"])
    assert 0 == ivr111("recordings", "verify", "--deep").exit_code
    assert 0 == ivr111("keys", "show").exit_code
    (home.keys_dir / "master-2.key").unlink()
    gone = ivr111("keys", "show")
    assert (1, True) == (gone.exit_code, "master-2.key is gone" in gone.stdout)


def test_a_lab_is_filled_only_where_no_call_is(ivr111, home):
    full = ivr111("lab", "fill", "--calls", "10", "--with-audio", "1")
    assert (1, True) == (full.exit_code, "holds calls" in full.stderr)


def test_who_gives_a_command_is_told_by_the_kernel_and_sudo_only():
    mine = system_user({}, uid=os.getuid())
    assert "daemon" == system_user({"SUDO_UID": "1"}, uid=0)
    assert mine == system_user({"SUDO_UID": "x"}, uid=os.getuid())
    assert "daemon" == system_user({"SUDO_UID": "0"}, uid=1)  # nobody else's word counts


def test_show_tells_what_is_wrong_now_beside_what_was_known_at_the_seal(ivr111, home):
    with create_engine(f"sqlite:///{home.home / 'db' / 'journal.sqlite'}").begin() as connection:
        recording = connection.execute(text("SELECT id FROM recordings LIMIT 1")).scalar_one()
        connection.execute(text("UPDATE recordings SET checks = 'hole length_differs'"))
    told = answered(ivr111("recordings", "show", recording, "--json"))
    assert ("", "hole length_differs") == (told["marks"], told["checks"])
    assert "hole length_differs" in ivr111("recordings", "show", recording).stdout
