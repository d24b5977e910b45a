"""Parts of recordings, and the access log as it is read: no empty sound, no act called done that was not."""

import asyncio
import json
import wave

import pytest

from engine.process.operator import system_user
from recordings.sealing.worker import Sealer
from tests.evidence_home import EvidenceHome

pytest_plugins = ("tests.command_line",)

RECORDING = "n1-1795338000000-1-c1"  # 2 s
PEOPLE = '[people.{me}]\nperson = "Айгүл Сынақова"\nrole = "administrator"\n'


@pytest.fixture
def home(settings, monkeypatch):
    monkeypatch.delenv("SUDO_UID", raising=False)
    (settings.home / "settings.toml").write_text(PEOPLE.format(me=system_user({})))

    async def fill() -> None:
        opened = await EvidenceHome(settings.home).open()
        await opened.talk(1, caller="+77000000001", seconds=2)
        await Sealer(opened.database, opened.keys, opened.settings).pass_once()
        await opened.close()

    asyncio.run(fill())
    return settings


@pytest.fixture
def play(ivr111, home, tmp_path):
    def run(*words: str):
        return ivr111(
            "recordings", "play", RECORDING, "--reason", "сынақ", "--out", str(tmp_path / "a.wav"), *words
        )

    return run


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from", "5:00"), 1, "is 0:02 long, nothing lies at 5:00"),
        (("--from", "2"), 1, "is 0:02 long, nothing lies at 0:02"),
        (("--from", "1.5", "--to", "0:01"), 1, "--to 0:01 is not after --from 0:01.5"),
        (("--from", "1", "--to", "1"), 1, "nothing lies between"),
        (("--to", "0"), 1, "nothing lies between"),
        (("--from=-1",), 2, "'-1' is no time"),
        (("--to=-1",), 2, "'-1' is no time"),
        (("--from", "nan"), 2, "'nan' is no time"),
        (("--to", "1e999"), 2, "'1e999' is no time"),
        (("--lang", "kk", "--from", "5:00"), 1, "ұзақтығы 0:02, 5:00 тұсында ештеңе жоқ"),
        (("--lang", "ru", "--from", "5:00"), 1, "длится 0:02, на 5:00 ничего нет"),
    ],
)
def test_a_part_where_nothing_lies_is_refused_with_the_length(play, ivr111, tmp_path, words, code, said):
    done = play(*words)
    assert (code, True) == (done.exit_code, said in done.stderr), done.output
    assert not (tmp_path / "a.wav").exists()
    log = json.loads(ivr111("audit", "list", "--action", "listened", "--json").stdout)
    assert [] == log


def test_an_end_beyond_the_recordings_is_told_and_the_rest_is_played(play, tmp_path):
    done = play("--from", "1", "--to", "1:00")
    assert (0, True) == (done.exit_code, "ends at 0:02: played to there" in done.stderr), done.output
    with wave.open(str(tmp_path / "a.wav")) as heard:
        assert 8000 == heard.getnframes()


def test_the_access_log_says_how_each_act_ended(play, ivr111, home, tmp_path):
    assert 0 == play().exit_code
    next(home.sealed.rglob("*.sealed")).unlink()
    assert 1 == play().exit_code
    assert 1 == ivr111("retention", "hold", "n1-none", "--reason", "сынақ").exit_code
    log = json.loads(ivr111("audit", "list", "--json").stdout)
    told = [(one["action"], one["result"]) for one in log]
    assert ("listened", "done") == told[0]
    assert [("held", "refused"), ("not_done", None), ("read_log", "done")] == told[-3:]
    assert "there is no call n1-none" in log[-3]["result_reason"]
    assert log[-3]["at_local"].endswith("+05:00")
    assert log[-3]["at"].endswith("+00:00")
    shown = ivr111("audit", "list", "--action", "held").stdout
    assert "refused" in shown
    assert log[-3]["at_local"][:19].replace("T", " ") in shown
    assert 0 == ivr111("audit", "verify").exit_code


def test_an_act_that_failed_after_it_was_noted_is_not_left_as_done(ivr111, home, tmp_path):
    done = ivr111("recordings", "link", "n1-none", "--registration", "7")
    assert 1 == done.exit_code
    export = ivr111("recordings", "export", RECORDING, "--reason", "сынақ", "--out", "/nowhere/at/all.wav")
    assert 0 != export.exit_code
    log = json.loads(ivr111("audit", "list", "--json").stdout)
    assert {"read_log"} == {one["action"] for one in log if one["result"] == "done"}


def test_the_access_log_speaks_the_askers_language(play, ivr111):
    assert 0 == play().exit_code
    shown = ivr111("audit", "list", "--lang", "kk").stdout
    assert "тыңдалды" in shown
    assert "орындалды" in shown
    assert "2026-" not in shown.splitlines()[1].split("  ")[1]
