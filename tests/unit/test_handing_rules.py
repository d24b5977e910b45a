"""Who must be told: rows of the rules, and combinations that matter, against the law's clauses."""

import itertools

import pytest

from appeals.handing_over.rules import CONFIRMED, AtOnce, decide
from appeals.handing_over.rules_file import WrongRules, read_rules
from appeals.model.body import BodyKind

K = BodyKind
RULES = read_rules()
CHILD = {"child_rights_violated": "yes"}
AT_HOME = {**CHILD, "violator_relation": "parent", "violator_lives_with_child": "yes"}


def school(values):
    return [K.EDUCATION]


def told(values, after="") -> dict[str, bool]:
    """Kind of body: whether at once."""
    decision = decide(values, RULES, school, after)
    return {str(one.kind or "above"): one.at_once for one in decision.recipients}


@pytest.mark.parametrize(
    "values, expected",
    [
        ({}, {"education": False}),  # A9, A16
        ({"danger": "none"}, {"education": False}),
        ({"danger": "life"}, {"internal_affairs": True, "education": False}),  # A10
        ({"danger": "health"}, {"internal_affairs": True, "ambulance": True, "education": False}),
        ({"danger": "both"}, {"internal_affairs": True, "ambulance": True, "education": False}),
        ({"urgent": "yes"}, {"education": True}),
        (CHILD, {"commissioner": False, "education": False}),  # A20
        (CHILD | {"urgent": "yes"}, {"commissioner": True, "education": True}),
        # B3: by a parent or representative living with the child, all three together, at once
        (AT_HOME, {"commissioner": True, "guardianship": True, "internal_affairs": True, "education": False}),
        (
            AT_HOME | {"violator_relation": "representative"},
            {"commissioner": True, "guardianship": True, "internal_affairs": True, "education": False},
        ),
        (AT_HOME | {"violator_lives_with_child": "no"}, {"commissioner": False, "education": False}),
        (AT_HOME | {"violator_lives_with_child": "unknown"}, {"commissioner": False, "education": False}),
        (AT_HOME | {"violator_relation": "teacher"}, {"commissioner": False, "education": False}),
        (AT_HOME | {"violator_relation": "relative"}, {"commissioner": False, "education": False}),
        (AT_HOME | {"child_rights_violated": "no"}, {"education": False}),
        # B6: a complaint goes to the commissioner where a child is concerned, else to the body above;
        # never to the body that is complained of, which the topic alone would choose
        ({"complaint_about_body": "yes"}, {"above": False}),
        (CHILD | {"complaint_about_body": "yes"}, {"commissioner": False}),
        ({"complaint_about_body": "yes", "danger": "life"}, {"internal_affairs": True, "above": False}),
    ],
)
def test_who_is_told_and_whether_at_once(values, expected):
    assert expected == told(values)


def test_after_internal_affairs_confirmed_the_commissioner_is_told_again_and_nobody_else():
    assert {"commissioner": True} == told(AT_HOME, CONFIRMED)
    assert {} == told({"danger": "life"}, CONFIRMED)


def test_where_it_is_unknown_whether_the_violator_lives_with_the_child_it_is_asked():
    unknown = {**AT_HOME, "violator_lives_with_child": ""}
    assert ("violator_lives_with_child",) == decide(unknown, RULES, school).ask
    assert () == decide(AT_HOME, RULES, school).ask
    assert () == decide({**unknown, "violator_relation": "peer"}, RULES, school).ask


def test_each_body_knows_every_rule_that_chose_it():
    found = {one.kind: [rule.id for rule in one.rules] for one in decide(AT_HOME, RULES, school).recipients}
    assert ["child", "violator_at_home"] == found[K.COMMISSIONER]


def test_in_every_combination_the_urgent_come_first_and_nobody_is_told_twice():
    fields = {
        "danger": ["", "none", "life", "health", "both"],
        "urgent": ["", "yes", "no"],
        "child_rights_violated": ["", "yes", "no"],
        "violator_relation": ["", "parent", "peer"],
        "violator_lives_with_child": ["", "yes", "no", "unknown"],
        "complaint_about_body": ["", "yes"],
    }
    for picked in itertools.product(*fields.values()):
        values = dict(zip(fields, picked, strict=True))
        recipients = decide(values, RULES, school).recipients
        assert recipients  # nothing that was registered ends with nobody
        kinds = [one.kind for one in recipients]
        assert len(kinds) == len(set(kinds))
        assert sorted((one.at_once for one in recipients), reverse=True) == [
            one.at_once for one in recipients
        ]
        if values["urgent"] == "yes":
            assert all(one.at_once for one in recipients), values


@pytest.mark.parametrize(
    "text",
    [
        '[[rules]]\nid = "a"\n',
        '[[rules]]\nid="a"\ntell=["nobody"]\nat_once="yes"\nclause="A1"\nkk="а"\nru="б"\n',
        '[[rules]]\nid="a"\ntell=["above"]\nat_once="later"\nclause="A1"\nkk="а"\nru="б"\n',
        '[[rules]]\nid="a"\ntell=["above"]\nat_once="yes"\nclause="A1"\nkk=""\nru="б"\n',
        '[[rules]]\nid="a"\ntell=["above"]\nat_once="yes"\nclause="A1"\nkk="а"\nru="б"\nask="x"\n',
        '[[rules]]\nid="a"\ntell=["above"]\nat_once="yes"\nclause="A1"\nkk="а"\nru="б"\nelse="x"\n',
        '[[rules]]\nid="a"\ntell=["above"]\nat_once="yes"\nclause="A1"\nkk="а"\nru="б"\n' * 2,
        "not = [toml",
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(tmp_path, text):
    (tmp_path / "rules.toml").write_text(text)
    with pytest.raises(WrongRules):
        read_rules(tmp_path / "rules.toml")


def test_every_rule_names_its_clause_in_both_languages():
    for rule in RULES:
        assert rule.clause and rule.text("kk") != rule.text("ru")
        assert rule.at_once in AtOnce
