"""`ivr111 render --into`: one included folder with hooks, and nothing of the site's is ever touched."""

import json
import re
import stat

import pytest

from dialplan.line_secrets import Secrets
from dialplan.render import render
from dialplan.sip_accounts import SipAccount
from dialplan.site import PARTS, main_files, parts, without_secrets

pytest_plugins = ("tests.command_line",)

SECRETS = Secrets("a" * 32, "b" * 32, "c" * 32, "d" * 32)
PEOPLE = [SipAccount("c101", "Айгүл Сынақ", ("kk", "ru"), "e" * 32)]
GLOBAL = {"general", "globals", "global", "transport-udp", "featuremap", "default", "logfiles"}


def site(settings) -> dict[str, str]:
    return dict(parts(settings, SECRETS, PEOPLE))


def sections(text: str) -> set[str]:
    return set(re.findall(r"^\[([^\]]+)\]", text, re.MULTILINE))


def test_no_part_repeats_a_section_that_belongs_to_the_site(settings):
    assert {name: sections(text) & GLOBAL for name, text in site(settings).items()} == {
        f"{name}.conf": set() for name in PARTS
    }


def test_the_lab_keeps_its_global_sections(settings):
    whole = render(settings, SECRETS, PEOPLE, modules_dir="")
    for name, section in (
        ("extensions", "globals"),
        ("pjsip", "transport-udp"),
        ("queues", "general"),
        ("features", "featuremap"),
        ("musiconhold", "default"),
        ("manager", "general"),
    ):
        assert section in sections(whole[f"{name}.conf"])
    assert whole["pjsip.conf"].count("transport = transport-udp") == 6


def test_no_endpoint_agrees_to_a_session_timer(settings):
    """A refused refresh would end a conversation (decision 0086)."""
    text = render(settings, SECRETS, PEOPLE, modules_dir="")["pjsip.conf"]
    endpoints = [part for part in text.split("\n[") if "type = endpoint" in part]
    assert [True] * len(endpoints) == ["\ntimers = no\n" in part for part in endpoints]


def test_a_site_gets_all_that_a_call_needs(settings):
    whole = render(settings, SECRETS, PEOPLE, modules_dir="")
    for name, text in site(settings).items():
        assert sections(whole[name]) - GLOBAL - {"test-caller"} == sections(text) - {"test-caller"}


@pytest.mark.parametrize("profile", ["lab", "site"])
def test_the_test_caller_never_appears_at_a_site(settings, profile):
    texts = site(settings.model_copy(update={"profile": profile})).values()
    assert [text for text in texts if "[test-caller]" in text or "d" * 32 in text] == []


def test_each_part_says_who_wrote_it_and_ends_with_its_hook(settings):
    for name, text in site(settings).items():
        hook = name.replace(".conf", "_custom.conf")
        assert text.startswith("; Written by ivr111 ") and hook in text.splitlines()[0]
        assert text.splitlines()[-1] == f'#tryinclude "111.d/{hook}"'


def test_the_site_is_told_one_line_for_each_main_file(ivr111, settings, tmp_path):
    told = json.loads(ivr111("render", "--into", str(tmp_path / "etc"), "--json").stdout)["main_files"]
    assert {one["file"]: one["include"] for one in told if one["include"]} == {
        f"{name}.conf": f'#tryinclude "111.d/{name}.conf"' for name in PARTS
    }


def test_only_the_one_folder_is_written(ivr111, settings, tmp_path):
    etc = tmp_path / "etc"
    etc.mkdir()
    theirs = {"extensions.conf": "[general]\n[theirs]\n", "pjsip_custom.conf": "; theirs\n"}
    for name, text in theirs.items():
        (etc / name).write_text(text)
    assert ivr111("render", "--into", str(etc)).exit_code == 0
    assert {path.name for path in etc.iterdir()} == {"111.d", *theirs}
    assert {name: (etc / name).read_text() for name in theirs} == theirs
    files = {path.name for path in (etc / "111.d").iterdir()}
    assert files == {f"{name}{end}.conf" for name in PARTS for end in ("", "_custom")}


def test_files_with_secrets_are_closed_to_others(ivr111, settings, tmp_path):
    ivr111("render", "--into", str(tmp_path / "etc"))
    folder = tmp_path / "etc" / "111.d"
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o007 for path in (folder, *folder.iterdir())}
    assert modes == {0}


def test_a_hook_is_made_once_and_never_written_again(ivr111, settings, tmp_path):
    ivr111("render", "--into", str(tmp_path))
    hook = tmp_path / "111.d" / "pjsip_custom.conf"
    assert hook.read_text() == ""
    hook.write_text("[ours](+)\n")
    (tmp_path / "111.d" / "notes.conf").write_text("; the site's own file\n")
    ivr111("render", "--into", str(tmp_path))
    assert hook.read_text() == "[ours](+)\n"
    assert (tmp_path / "111.d" / "notes.conf").exists()


def test_a_diff_writes_nothing_and_ends_with_1_while_something_would_change(ivr111, settings, tmp_path):
    etc = tmp_path / "etc"
    first = ivr111("render", "--into", str(etc), "--diff")
    assert (first.exit_code, etc.exists()) == (1, False)
    assert f"+++ {etc}/111.d/queues.conf" in first.stdout
    ivr111("render", "--into", str(etc))
    same = ivr111("render", "--into", str(etc), "--diff")
    assert (same.exit_code, same.stdout) == (0, "nothing would change\n")


def test_a_diff_shows_the_changed_line_and_no_secret(ivr111, settings, tmp_path, monkeypatch):
    ivr111("render", "--into", str(tmp_path))
    monkeypatch.setenv("IVR111_RING_SECONDS", "17")
    (settings.home / "secrets" / "agi_token").write_text("f" * 32)
    shown = ivr111("render", "--into", str(tmp_path), "--diff")
    assert shown.exit_code == 1
    assert "-timeout = 20\n+timeout = 17\n" in shown.stdout
    assert shown.stdout.count("+ same => n,AGI(") + shown.stdout.count("+exten => s,1,AGI(") >= 1
    secrets = [path.read_text() for path in (settings.home / "secrets").iterdir()]
    assert [secret for secret in secrets if secret in shown.stdout] == []


def test_a_part_no_longer_ours_is_removed(ivr111, settings, tmp_path):
    ivr111("render", "--into", str(tmp_path))
    old = tmp_path / "111.d" / "old.conf"
    old.write_text("; Written by ivr111 render: do not edit\n")
    ivr111("render", "--into", str(tmp_path))
    assert not old.exists()


def test_a_value_that_would_add_a_line_is_refused_in_plain_words(ivr111, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("IVR111_CODE_PAUSE", "*22\nexten => x")
    result = ivr111("render", "--into", str(tmp_path))
    assert (result.exit_code, list(tmp_path.glob("111.d"))) == (1, [])
    assert "refused" in result.stderr


def test_every_kind_of_secret_is_hidden_and_still_shows_a_change():
    lines = [f"password = {'e' * 32}", f"secret = {'b' * 32}", f"AGI(agi://x/call?token={'a' * 32},1)"]
    hidden = [without_secrets(line) for line in lines]
    assert [line for line in hidden if re.search(r"(.)\1{7}", line)] == []
    assert without_secrets("password = 1") != without_secrets("password = 2")


def test_what_the_site_must_set_follows_the_settings(settings):
    moved = settings.model_copy(update={"ami_port": 15038})
    [manager] = [one for one in main_files(moved) if one.name == "manager.conf"]
    assert "port = 15038" in manager.settings[0]
