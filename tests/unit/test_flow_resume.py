"""An engine may die at any command, people do anything at any moment: the call comes to its end."""

import functools
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan import words as w
from ivr.facts import Facts
from ivr.flow.stages import resumed_stage
from ivr.stage import After, Goodbye, Reconnect, Stage, Transfer, Wait, Welcome
from tests.scenario.director import Director
from tests.scenario.language import Act, Line, Scenario, Way, scenarios
from tests.scenario.ring1 import Played, commands, play, play_killed
from tests.scenario.world import World

NAMES = (
    "Kazakh, served, rated",
    "a missed ring goes on to the next consultant",
    "an assignment ends the comfort message",
    "transferred to 1414",
    "1414 is busy, back to the same consultant",
    "the notice has no sound: nothing is dialled",
    "tried twice: told twice",
    "the duty phone answers with 1",
    "the consultant's phone dies: on to the next",
    "advice, until somebody comes on shift",
)
BY_NAME = {scenario.name: scenario for scenario in scenarios()}


@functools.cache
def killed_everywhere(name: str) -> tuple[Played, ...]:
    """The scenario once for each command its engine says, killed before it."""
    scenario = BY_NAME[name]
    return tuple(play_killed(scenario, command) for command in range(1, commands(scenario) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_killed_at_any_command_the_call_ends_as_it_would_have(name: str):
    scenario = BY_NAME[name]
    for played in killed_everywhere(name):
        assert played.faults == []
        assert played.told[-1] == scenario.expects[-1]
        assert played.outcome["outcome"] == scenario.outcome["outcome"]
        assert played.outcome["language"] == played.variables[w.LANGUAGE]


@pytest.mark.parametrize("name", NAMES)
def test_killed_at_any_command_no_conversation_is_had_twice_or_left_out(name: str):
    for played in killed_everywhere(name):
        assert play(BY_NAME[name]).conversations == played.conversations


@pytest.mark.parametrize("name", NAMES)
def test_killed_at_any_command_the_rating_is_asked_once(name: str):
    for played in killed_everywhere(name):
        asked = [said for said in played.told if said.endswith("/rate")]
        assert len(asked) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_heard_to_its_end_is_repeated_only_when_nobody_lived_to_note_it(name: str):
    once = play(BY_NAME[name]).heard_out
    for prompt in ("recorded_notice", "transfer_1414_notice"):
        usual = sum(said.endswith(f"/{prompt}") for said in once)
        again = [
            number
            for number, played in enumerate(killed_everywhere(name), 1)
            if sum(said.endswith(f"/{prompt}") for said in played.heard_out) > usual
        ]
        assert len(again) <= usual  # the one command between hearing and noting, of each time it is said


def test_the_language_is_not_asked_again_once_it_is_noted():
    asked = [played.told.count("hears both/welcome_choose") for played in killed_everywhere(NAMES[0])]
    assert asked.count(2) == 1  # where the engine died between the key and noting it
    assert max(asked) == 2


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (Facts("x"), Welcome()),
        (Facts("x", stage="wait", dialstatus="NOANSWER"), Wait()),
        (Facts("x", stage="talk", dialstatus=""), Wait()),
        (Facts("x", stage="talk", dialstatus="NOANSWER"), Wait()),
        (Facts("x", stage="talk", dialstatus="ANSWER"), After()),
        (Facts("x", stage="talk", dialstatus="ANSWER", wish="1414"), Transfer()),
        (Facts("x", stage="talk", dialstatus="ANSWER", wish="1414", notice=1), Transfer()),
        (Facts("x", stage="talk", wish="1414", notice=1), Transfer()),
        (Facts("x", stage="talk", wish="1414", notice=1, ucc="dialling"), Transfer()),
        (Facts("x", stage="talk", notice=1, ucc="dialling", dialstatus="BUSY"), Transfer()),
        (Facts("x", stage="talk", notice=1, ucc="dialling", dialstatus="ANSWER"), Goodbye()),
        (Facts("x", stage="talk", ucc="answered"), Goodbye()),
        (Facts("x", stage="talk", consultant="c101", ucc="busy", dialstatus="BUSY"), Wait(kept="c101")),
        (Facts("x", stage="talk", consultant="c101", ucc="no_notice"), Wait(kept="c101")),
        (Facts("x", stage="talk", ucc="busy", dialstatus="ANSWER"), After()),
        (Facts("x", stage="talk", ucc="busy", dialstatus="ANSWER", wish="1414"), Transfer()),
        (Facts("x", stage="wait", ucc="busy"), Wait()),
        (Facts("x", stage="wait", duty="ringing"), Wait()),
        (Facts("x", stage="wait", duty="answered"), Goodbye()),
        (Facts("x", stage="talk", dialstatus="ANSWER", wish="lost"), Reconnect()),
        (Facts("x", stage="after", dialstatus="ANSWER", wish="lost"), Reconnect()),
        (Facts("x", stage="after"), After()),
        (Facts("x", stage="after", rating_asked=True), Goodbye()),
        (Facts("x", stage="talk", dialstatus="ANSWER", ring="drops"), Reconnect()),
        (Facts("x", stage="talk", ucc="dialling", dialstatus="ANSWER", ring="drops"), Transfer()),
        (Facts("x", stage="talk", ucc="answered", ring="drops"), Transfer()),
        (Facts("x", stage="wait", duty="answered", ring="drops"), Wait()),
    ],
)
def test_what_an_engine_finds_tells_what_is_left_to_do(facts: Facts, stage: Stage):
    assert stage == resumed_stage(facts)


# People do anything at any moment.

WAYS = (
    Way("ANSWER", 16, talks=30.0),
    Way("ANSWER", 16, talks=5.0, ended_by="1414"),
    Way("ANSWER", 16, talks=5.0, ended_by="lost"),
    Way("ANSWER", 16, talks=9.0, ended_by="caller"),
    Way("NOANSWER", rings=None),
    Way("BUSY", 17, rings=0.01),
    Way("CHANUNAVAIL", 21, rings=0.01),
    Way("CANCEL", ended_by="caller"),
)
PATIENCE = 500.0  # seconds until even the most patient caller here hangs up

times = st.floats(0.0, 200.0, allow_nan=False)
presses = st.builds(Act, times, st.just("press"), st.sampled_from("0123456789*#AD"))
shifts = st.builds(
    Act,
    times,
    st.sampled_from(["on_shift", "off_shift", "pause", "release"]),
    st.sampled_from(["c101", "c102"]),
)
others = st.builds(Act, times, st.sampled_from(["hang_up", "kill"]))
people = st.lists(st.one_of(presses, shifts, others), max_size=12)


class Chance(Director):
    """No scenario: what people do comes from a die."""

    def __init__(self, ways: list[Way], acts: list[Act], scenario: Scenario, world: World) -> None:
        super().__init__(scenario, world)
        self._ways = deque(ways)
        for act in (*acts, Act(PATIENCE, "hang_up")):
            self._loop.call_later(act.at, self.act, act)

    def line_for(self, what: str) -> Line | None:
        way = None
        if what.startswith("rings "):
            way = self._ways.popleft() if self._ways else WAYS[0]
            if what == "rings duty" and way.ended_by in {"1414", "lost"}:
                way = WAYS[0]
        return Line(what, way=way)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    ways=st.lists(st.sampled_from(WAYS), max_size=6),
    acts=people,
    shift=st.sampled_from([{}, {"c101": ("kk", "ru")}, {"c101": ("kk",), "c102": ("ru", "kk")}]),
    missing=st.sets(
        st.sampled_from(["kk/transfer_1414_notice", "kk/rate", "both/welcome_choose", "kk/comfort"])
    ),
)
def test_whatever_people_do_the_call_ends_with_a_hang_up_or_a_last_word(ways, acts, shift, missing):
    scenario = Scenario("chance", shift, missing=frozenset(missing))
    played = play(scenario, functools.partial(Chance, ways, acts))
    assert played.faults == []
    assert played.told[-1] in {"hung up by caller", "hung up by line"}
    assert sum(said.endswith("/rate") for said in played.told) <= 1
