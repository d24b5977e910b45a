"""A change of accounts changes the accounts in pjsip.conf, and nothing else."""

from config.settings import Settings
from dialplan.line_secrets import Secrets
from dialplan.pjsip_accounts import with_accounts_of
from dialplan.render import render
from dialplan.sip_accounts import SipAccount

SECRETS = Secrets("a" * 32, "b" * 32, "c" * 32, "d" * 32)
A, B = SipAccount("c101", "А", ("kk",), "1" * 32), SipAccount("s201", "Б", ("ru",), "2" * 32)


def pjsip(*people: SipAccount, **settings: object) -> str:
    return render(Settings(**settings), SECRETS, people, modules_dir="/m")["pjsip.conf"]


def sections(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith(";")]


def test_the_people_are_those_of_the_fresh_file_and_the_rest_is_what_was_there() -> None:
    moved = pjsip(A, B, sip_port=5999, trunk_watch="sip:127.0.0.9")
    told = with_accounts_of(pjsip(A), moved)
    assert ("5999" in told, "[s201]" in told, "127.0.0.9" in told) == (False, True, False)
    assert sorted(sections(pjsip(A, B))) == sorted(sections(told))
    assert "[c101]" not in with_accounts_of(told, pjsip(B))


def test_without_a_change_the_file_stays_as_it_is_and_back_again_nothing_is_lost() -> None:
    whole = pjsip(A, B)
    assert whole == with_accounts_of(whole, pjsip(A, B))
    nobody = with_accounts_of(whole, pjsip())
    assert sorted(sections(pjsip())) == sorted(sections(nobody))
    assert sorted(sections(whole)) == sorted(sections(with_accounts_of(nobody, whole)))
