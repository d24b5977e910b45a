"""Which spellings of our own numbers a trunk may dial, and what the dialplan makes of all others."""

import re

import pytest
from pydantic import ValidationError

from config.settings import Settings
from dialplan import limits
from dialplan.line_secrets import Secrets
from dialplan.numbers import printable, spellings
from dialplan.render import render

pytest_plugins = ("tests.command_line",)


@pytest.mark.parametrize(
    ("number", "spelled"),
    [
        ("111", ("111",)),
        ("+7111", ("+7111", "7111")),
        ("+77172111111", ("+77172111111", "77172111111", "87172111111", "7172111111")),
        ("87172111111", ("87172111111",)),
        ("+998711111111", ("+998711111111", "998711111111")),
    ],
)
def test_a_number_of_ours_is_known_in_its_own_spellings_alone(number, spelled):
    assert spelled == spellings([number])


def test_no_number_stands_twice():
    assert ("+7111", "7111", "111") == spellings(["+7111", "7111", "111", "+7111"])


def test_each_pattern_fits_what_asterisk_takes_and_no_line_break():
    assert limits.DIALLED == len(printable())
    assert max(map(len, printable())) < 255
    assert all(re.fullmatch(r"_(\[!-~\])+", pattern) for pattern in printable())


@pytest.mark.parametrize("number", ["", "1", "7 111", "111;x", "_X.", "+", "1" * 16, "111\n"])
def test_what_is_no_number_is_no_setting(settings, number):
    with pytest.raises(ValidationError):
        Settings(home=settings.home, own_numbers=[number])


def test_no_number_of_ours_at_all_is_no_setting(settings):
    with pytest.raises(ValidationError):
        Settings(home=settings.home, own_numbers=[])


def test_only_an_address_of_the_trunk_stands_behind_nat(settings):
    with pytest.raises(ValidationError, match=r"192\.0\.2\.9"):
        Settings(home=settings.home, trunk_behind_nat=["192.0.2.9"])


@pytest.mark.parametrize("behind", [[], ["192.0.2.1"], ["192.0.2.1", "192.0.2.2"]])
def test_each_operator_is_known_once_and_its_contact_used_unless_it_stands_behind_nat(settings, behind):
    both = ["192.0.2.1", "192.0.2.2"]
    known = settings.model_copy(update={"trunk_addresses": both, "trunk_behind_nat": behind})
    text = render(known, Secrets(*["a" * 24] * 4), (), modules_dir="")["pjsip.conf"]
    matched = dict.fromkeys(re.findall(r"^match = (.+)$", text, re.MULTILINE))
    assert sorted(both) == sorted(matched)
    found = {}
    for section in re.split(r"^\[", text, flags=re.MULTILINE):
        if "type = identify" in section and "match = " in section:
            endpoint = re.findall(r"endpoint = (\S+)", section)[0]
            found |= dict.fromkeys(re.findall(r"match = (\S+)", section), endpoint)
    assert {one: "trunk-nat" if one in behind else "trunk" for one in both} == found
    rewritten = re.findall(
        r"^\[(trunk[\w-]*)\]\ntype = endpoint\n(?:.+\n)*?rewrite_contact = (\w+)", text, re.M
    )
    assert dict(rewritten)["trunk"] == "no"
    assert dict(rewritten).get("trunk-nat") == ("yes" if behind else None)
