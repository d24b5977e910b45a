"""`ivr111 bodies` and `ivr111 calendar`: what an administrator types, and what anybody of us may look up."""

import asyncio
import csv
import json

import pytest

from tests.cheap import prepared

pytest_plugins = ("tests.command_line",)
pytestmark = pytest.mark.slow
SCHOOL = ("--kind", "local", "--region", "abai", "--name-kk", "Мектеп", "--name-ru", "Школа")


@pytest.fixture
def done(ivr111, settings):
    """A command that must succeed; with --json its value."""
    asyncio.run(prepared(settings.database))

    def run(*words: str):
        result = ivr111(*words)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return json.loads(result.stdout) if "--json" in words else result.stdout

    return run


def test_a_body_is_entered_changed_and_closed(done):
    made = done("bodies", "add", "school", *SCHOOL, "--hours", "1-5 09:00-18:00", "--topics", "4", "--json")
    assert (made["kind"], made["hours"], made["topics"]) == ("local", "1-5 09:00-18:00", ["4"])
    contact = done(
        *(
            "bodies",
            "contact",
            "add",
            "school",
            "--channel",
            "telephone",
            "--address",
            "+77000000001",
            "--json",
        ),
    )
    assert (contact["address"], contact["example"]) == ("+77000000001", False)
    number = str(contact["id"])
    done("bodies", "contact", "change", "school", number, "--address", "+77000000002", "--order", "2")
    ended = done("bodies", "contact", "end", "school", number, "--last", "27.11.2026", "--json")
    assert (ended["address"], ended["order"], ended["valid_until"]) == ("+77000000002", 2, "2026-11-27")
    done("bodies", "change", "school", "--name-ru", "Лицей", "--from", "01.09.2026")
    done("bodies", "close", "school")
    shown = done("bodies", "show", "school", "--history", "--json")
    assert (shown["name_ru"], shown["valid_from"], shown["closed"]) == ("Лицей", "2026-09-01", True)
    assert [one["step"] for one in shown["history"]] == [
        *("added", "added", "changed", "changed", "changed", "closed"),
    ]
    assert done("bodies", "list", "--json") == []
    assert [one["id"] for one in done("bodies", "list", "--closed", "--json")] == ["school"]
    assert "name_ru: Школа → Лицей" in done("bodies", "show", "school", "--history")


def test_the_built_in_directory_is_written_once_and_goes_round_through_a_file(done, ivr111, tmp_path):
    assert done("bodies", "seed", "--json")["bodies"] > 200
    assert done("bodies", "seed", "--json") == {"bodies": 0}
    before = done("bodies", "list", "--json")
    for name in ("all.csv", "all.xlsx"):
        done("bodies", "export", "--out", str(tmp_path / name))
        told = done("bodies", "import", str(tmp_path / name), "--dry-run", "--json")
        assert (told["added"], told["changed"], told["contacts_added"], told["faults"]) == (0, 0, 0, [])
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    rows[0]["name_ru"], rows[1]["order"], rows[2]["valid_until"] = "", "first", "2026-13-01"
    with (tmp_path / "wrong.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    result = ivr111("bodies", "import", str(tmp_path / "wrong.csv"))
    assert (result.exit_code, result.stdout.splitlines()) == (
        1,
        [
            "line 2: a body has a name in Kazakh and one in Russian, each of at most 300 letters",
            "line 3: order is a number, not 'first'",
            "line 4: valid_until is a date like 2026-11-28, not '2026-13-01'",
            "faults: 3; nothing was written",
        ],
    )
    assert done("bodies", "list", "--json") == before


def test_a_list_speaks_the_askers_language(done):
    done("bodies", "add", "school", *SCHOOL)
    assert "жергілікті орган" in done("--lang", "kk", "bodies", "list")
    assert "Мектеп" in done("--lang", "kk", "bodies", "list")
    assert "местный орган" in done("--lang", "ru", "bodies", "show", "school")


def test_the_next_working_minute_is_told_with_its_why(done):
    done("bodies", "add", "school", *SCHOOL, "--hours", "1-5 09:00-18:00")
    words = ("calendar", "next", "school", "--at", "22.03.2026 02:10")
    told = done(*words, "--json")
    assert (told["first"], told["reason"]) == ("2026-03-26T09:00:00+05:00", "holiday")
    assert told["why"]["ru"] == (
        "поступило: 02:10, 22 марта (Наурыз мейрамы); первая рабочая минута: 09:00, 26 марта"
    )
    assert "алғашқы жұмыс минуты: 09:00, 26 наурыз" in done("--lang", "kk", *words)
    done("calendar", "set", "26.03.2026", "--kind", "closed", "--body", "school", "--until", "27.03.2026")
    assert done(*words, "--json")["first"] == "2026-03-30T09:00:00+05:00"


def test_days_are_filled_in_changed_removed_and_their_history_is_told(done):
    assert len(done("calendar", "fill", "2026", "--json")) == 19
    assert done("calendar", "fill", "2026", "--json") == []
    done("calendar", "swap", "18.05.2026", "16.05.2026", "--source", "№ 1")
    done("calendar", "set", "30.04.2026", "--kind", "short", "--shorter", "60")
    done("calendar", "remove", "27.05.2026")
    days = {one["day"]: one for one in done("calendar", "show", "--year", "2026", "--json")}
    assert (days["2026-05-16"]["kind"], days["2026-05-16"]["like"]) == ("working", 1)
    assert (days["2026-04-30"]["kind"], days["2026-04-30"]["shorter_minutes"]) == ("short", 60)
    [filled, removed] = done("calendar", "show", "--history", "27.05.2026", "--json")
    assert (filled["step"], filled["before"], filled["after"]["kind"]) == ("filled", None, "holiday")
    assert (removed["step"], removed["before"]["kind"], removed["after"]["kind"]) == (
        "removed",
        "holiday",
        "ordinary",
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("bodies", "show", "nobody"), "there is no body nobody; see:"),
        (("bodies", "add", "School", *SCHOOL), "the id 'School' is not small Latin letters"),
        (("bodies", "add", "x1", *SCHOOL, "--hours", "always"), "'always' are no hours"),
        (("bodies", "add", "x1", "--kind", "x", "--name-kk", "x", "--name-ru", "x"), "a kind is one of"),
        (("bodies", "import", "/dev/null"), "the file is empty"),
        (("calendar", "set", "30 februar"), "is no date: write a date"),
        (("calendar", "set", "10.06.2026", "--kind", "closed"), "a closure is of one body"),
        (("calendar", "set", "10.06.2026", "--body", "nobody"), "there is no body nobody"),
        (("calendar", "set", "10.06.2026", "--until", "09.06.2026"), "that is before the first day"),
        (("calendar", "remove", "10.06.2026"), "is an ordinary day already"),
        (("calendar", "swap", "10.06.2026", "10.06.2026"), "a day cannot be swapped with itself"),
        (("calendar", "fill", "1999"), "a year is 2020 to 2099"),
        (("calendar", "next", "nobody"), "there is no body nobody"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_plain_words(ivr111, done, words, why):
    result = ivr111(*words)
    assert result.exit_code in (1, 2)
    assert why in result.stderr
    assert "Traceback" not in result.output
