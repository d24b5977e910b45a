"""What `ivr111 run` says before it is ready: all that is needed to dial in, and at a site no secret."""

from engine.cli.run import dial_in
from engine.install import consultant_accounts as accounts
from engine.install import secrets

pytest_plugins = ("tests.command_line",)


def test_the_lab_says_how_to_dial_in_with_every_account(settings):
    lines = "\n".join(dial_in(settings))
    known = secrets.load(settings.home / "secrets")
    for told in (
        "sip:111@127.0.0.1:5060",
        f"user test-caller, password {known.test_caller}",
        str(settings.run_dir / "lab.json"),
        "*14",
        "*22",
        "*23",
        "ivr111 calls list",
        *(f"user {one.id}, password {one.secret}" for one in accounts.load(settings)),
    ):
        assert told in lines


def test_a_site_says_no_secret_and_knows_no_test_caller(settings):
    lines = "\n".join(dial_in(settings.model_copy(update={"profile": "site"})))
    assert ("password" in lines, "test-caller" in lines, "sip:111@127.0.0.1:5060" in lines) == (
        False,
        False,
        True,
    )
