"""`ivr111 accounts` as the administrator types it."""

import json

import pytest
from typer.testing import CliRunner

from engine.cli.main import app

pytest_plugins = ("tests.command_line",)
PASSWORD = "қарлығаш ұшып кетті 7"
SARA = ("accounts", "add", "sara", "--person", "Сара Бақылау", "--role", "supervisor", "--phone", "s201")


def run(*words: str, password: str = PASSWORD):
    more = ("--password-stdin",) if words[1] in ("add", "password") else ()
    return CliRunner().invoke(app, [*words, *more], input=f"{password}\n")


@pytest.fixture
def seats(settings):
    from engine.install import consultant_accounts as accounts

    accounts.load(settings)
    return settings


def test_an_account_is_added_listed_closed_and_opened_again(seats):
    assert run(*SARA).exit_code == 0
    [row] = json.loads(run("accounts", "list", "--json").stdout)
    assert (row["login"], row["role"], row["phone"], row["disabled"]) == ("sara", "supervisor", "s201", False)
    assert run("accounts", "disable", "sara").exit_code == 0
    assert json.loads(run("accounts", "list", "--json").stdout)[0]["disabled"]
    assert run("accounts", "enable", "sara").exit_code == 0
    assert run("accounts", "password", "sara", password="тағы төрт ұзақ сөз").exit_code == 0
    assert "0 sessions ended" in run("accounts", "end-sessions", "sara").stdout
    assert run("accounts", "forget-second-factor", "sara").exit_code == 0
    told = CliRunner().invoke(app, ["audit", "list", "--action", "account", "--json"]).stdout
    assert [one["reason"] for one in json.loads(told)] == [
        "added, supervisor", "disabled", "enabled", "password changed", "0 sessions ended",
        "second factor forgotten",
    ]  # fmt: skip


def test_there_is_no_account_and_no_password_to_begin_with(seats):
    assert json.loads(run("accounts", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (SARA, "short", "12 characters"),
        (SARA, "sara sara sara", "guess"),
        ((*SARA[:-1], "s999"), PASSWORD, "no s999 yet"),
        (("accounts", "add", "cora", "--person", "К", "--role", "consultant"), PASSWORD, "--consultant"),
        (("accounts", "disable", "nobody"), PASSWORD, "no account nobody"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(seats, words, password, said):
    result = run(*words, password=password)
    assert (result.exit_code, said in result.stderr) == (1, True)


def test_the_same_login_is_not_given_twice(seats):
    run(*SARA)
    result = run(*SARA)
    assert (result.exit_code, "already" in result.stderr) == (1, True)
