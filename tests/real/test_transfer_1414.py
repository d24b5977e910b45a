"""1414: the caller is told first, and whatever 1414 does, is never lost."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from lab.call import Call
from lab.lab import Lab
from lab.policy import Answer, Policy, Reject, Ring
from lab.robots import Consultant
from lab.sip import header
from recordings.model.call_record import CallRecord, Outcome
from recordings.model.recording import Recording
from tests.real.line import RunningLine, now
from tests.real.talking import (
    Talk,
    a_number,
    from_20_000,
    seconds,
    served,
    spans,
    talk,
    talks,
    team,
    told_at,
)

pytestmark = pytest.mark.real

CODE = "*14"
ANSWERED, BUSY, DECLINED, BROKEN, UNAVAILABLE, RINGS, ELSEWHERE, NO_NOTICE = range(400, 800, 50)
POLICIES: dict[int, Policy] = {
    ANSWERED: Answer(2.0),
    BUSY: Reject(486),
    DECLINED: Reject(603),
    BROKEN: Reject(503),
    UNAVAILABLE: Reject(480),
    RINGS: Ring(),
    ELSEWHERE: Reject(486),
}
FAILED = {
    BUSY: ("busy", "ucc_busy"),
    DECLINED: ("rejected", "ucc_no_answer"),
    BROKEN: ("unreachable", "ucc_no_answer"),
    UNAVAILABLE: ("silent", "ucc_no_answer"),
    RINGS: ("silent", "ucc_no_answer"),
}


@dataclass(slots=True)
class Story:
    """One call that was to go to 1414."""

    line: RunningLine
    talk: Talk
    back: Talk | None = None
    at_1414: Call | None = None
    states: list[tuple[float, str]] = field(default_factory=list)  # of the consultant, by monotonic time
    row: CallRecord | None = None
    recordings: list[Recording] = field(default_factory=list)

    @property
    def call(self) -> CallRecord:
        assert self.row is not None
        return self.row


class Centre:
    """1414 behaves for each caller as the story wants."""

    def __init__(self, lab: Lab) -> None:
        self.phone = lab.ucc().phone
        self.phone.policy = self._decide
        self.calls: dict[int, Call] = {}

    def _decide(self, call: Call) -> Policy:
        assert call.invitation is not None
        for tone, policy in POLICIES.items():
            if a_number(tone) in header(call.invitation, "from"):
                self.calls[tone] = call
                return policy
        return Reject(404)


async def failing(line: RunningLine, team_: list[Consultant], one: Talk, by: str) -> Story:
    """1414 does not take the caller, who is back with the same consultant."""
    await asyncio.sleep(2)
    await one.leg.press(CODE, by)
    await one.leg.ended(3)
    back = await served(one.caller, [one.consultant], one.tone)
    await asyncio.sleep(3)
    await one.caller.hang_up()
    return Story(line, one, back)


async def answering(line: RunningLine, one: Talk) -> Story:
    """The same digits from the caller do nothing; then 1414 takes the caller."""
    await asyncio.sleep(1)
    await one.caller.press(CODE)
    await asyncio.sleep(3)
    assert "talking" == one.leg.state
    await one.leg.press(CODE, "dtmf-relay")
    await one.leg.ended(3)
    story = Story(line, one)
    watch = asyncio.create_task(_watch(line, one.id, story.states))
    await one.caller.hears(700, 25, for_seconds=1.0)  # a voice may strike it for a moment
    await asyncio.sleep(1.5)
    watch.cancel()
    await one.caller.hang_up()
    return story


async def _watch(line: RunningLine, consultant: str, states: list[tuple[float, str]]) -> None:
    while True:
        known = await asyncio.to_thread(line.ask, "consultants.list")
        state = next(one["state"] for one in known["consultants"] if one["id"] == consultant)
        states.append((asyncio.get_running_loop().time(), state))
        await asyncio.sleep(0.1)


async def elsewhere(line: RunningLine, team_: list[Consultant], one: Talk) -> Story:
    """The first consultant does not answer when the caller is back: the next one does."""
    await asyncio.sleep(2)
    await one.leg.press(CODE)
    await one.leg.ended(3)
    one.consultant.answer_after = 60
    back = await served(one.caller, [other for other in team_ if other is not one.consultant], one.tone, 45)
    await asyncio.sleep(4)
    await back.leg.hang_up()
    await asyncio.sleep(1)
    await one.caller.hang_up()
    return Story(line, one, back)


async def without_notice(line: RunningLine, one: Talk) -> Story:
    """The notice's file is missing."""
    await asyncio.sleep(1)
    await one.leg.press(CODE)
    await one.leg.ended(3)
    back = await served(one.caller, [one.consultant], one.tone)
    await asyncio.sleep(2)
    await one.caller.hang_up()
    return Story(line, one, back)


@pytest.fixture(scope="module")
def told(line: RunningLine) -> Iterator[dict[int, Story]]:
    """All stories, by the caller's tone."""
    yield asyncio.run(_all(line))


async def _all(line: RunningLine) -> dict[int, Story]:
    stories = await _first(line) | await _second(line)
    for story in stories.values():
        wanted = 1 if story.back is None else 2
        story.recordings = await line.recorded(story.call.call_id, wanted)
    return stories


async def _first(line: RunningLine) -> dict[int, Story]:
    async with line.lab() as lab:
        centre, since = Centre(lab), now()
        four = await team(lab, "c101", "c102", "c103", "c104")
        ways = {BUSY: "rfc4733", DECLINED: "dtmf-relay", RINGS: "dtmf"}

        async def one(tone: int) -> Story:
            each = await talk(lab, four, tone)
            if tone == ANSWERED:
                return await answering(line, each)
            return await failing(line, four, each, ways[tone])

        return await _kept(line, centre, since, await asyncio.gather(*map(one, (ANSWERED, *ways))))


async def _second(line: RunningLine) -> dict[int, Story]:
    notice = line.settings.sounds / "ru" / "111" / "transfer_1414_notice.wav"
    async with line.lab() as lab:
        centre, since = Centre(lab), now()
        four = await team(lab, "c101", "c102", "c103", "c104")
        missing = await talk(lab, four, NO_NOTICE, "2")
        notice.rename(notice.with_suffix(".away"))
        try:
            gone = asyncio.create_task(without_notice(line, missing))
            rest = [one for one in four if one is not missing.consultant]
            others = await talks(lab, rest, BROKEN, UNAVAILABLE, ELSEWHERE)
            for one in four:
                one.phone.numbering = from_20_000
            *failed, last = others
            found = await asyncio.gather(
                gone,
                elsewhere(line, four, last),
                *(failing(line, rest, each, "rfc4733") for each in failed),
            )
        finally:
            notice.with_suffix(".away").rename(notice)
        return await _kept(line, centre, since, list(found))


async def _kept(line: RunningLine, centre: Centre, since: object, stories: list[Story]) -> dict[int, Story]:
    rows = {row.pii_caller: row for row in await line.new_calls(len(stories), since=since, within=10)}
    for story in stories:
        story.row = rows[story.talk.number]
        story.at_1414 = centre.calls.get(story.talk.tone)
    return {story.talk.tone: story for story in stories}


def test_the_caller_hears_the_whole_notice_before_anything_is_dialled(told: dict[int, Story]) -> None:
    for tone in (ANSWERED, BUSY, DECLINED, RINGS):
        story = told[tone]
        heard = told_at(story.line, story.talk.caller, "kk", "transfer_1414_notice")
        assert heard is not None
        assert story.at_1414 is not None
        assert story.talk.leg.ended_at
        assert heard[0] >= story.talk.leg.ended_at - 60
        assert story.at_1414.seen("INVITE", outgoing=False)[0] >= heard[1] - 0.1


def test_the_same_digits_from_the_caller_do_nothing(told: dict[int, Story]) -> None:
    story = told[ANSWERED]
    assert story.talk.leg.ended_at
    assert story.talk.leg.answered_at
    assert story.talk.leg.ended_at - story.talk.leg.answered_at > 4
    assert 1 == len(story.at_1414.seen("INVITE", outgoing=False)) if story.at_1414 else False


def test_1414_takes_the_caller_and_its_conversation_is_not_recorded(told: dict[int, Story]) -> None:
    story = told[ANSWERED]
    assert (Outcome.TRANSFERRED_1414, "answered") == (story.call.outcome, story.call.ucc_result)
    assert story.call.notice_at is not None
    (recording,) = story.recordings
    assert ["1414"] == [c.party for c in story.call.connections[1:]]
    assert [] == spans(story.line, recording, "consultant", 700)
    assert seconds(spans(story.line, recording, "consultant", story.talk.theirs)) > 4


def test_the_consultant_stays_reserved_until_1414_answers_and_is_free_at_once_then(
    told: dict[int, Story],
) -> None:
    story = told[ANSWERED]
    assert story.at_1414 is not None
    assert story.at_1414.answered_at
    before = [state for at, state in story.states if at < story.at_1414.answered_at - 0.3]
    after = [state for at, state in story.states if at > story.at_1414.answered_at + 0.3]
    assert {"reserved"} == set(before)
    assert {"available"} == set(after)


@pytest.mark.parametrize("tone", list(FAILED))
def test_when_1414_fails_the_caller_hears_so_and_is_back_with_the_same_consultant(
    told: dict[int, Story], tone: int
) -> None:
    story = told[tone]
    result, prompt = FAILED[tone]
    assert result == story.call.ucc_result
    assert told_at(story.line, story.talk.caller, "kk", prompt) is not None
    assert [story.talk.id, story.talk.id] == [c.party for c in story.call.connections]
    assert Outcome.SERVED == story.call.outcome


@pytest.mark.parametrize("tone", [*FAILED, ELSEWHERE, NO_NOTICE])
def test_after_a_return_there_are_two_recordings_each_whole(told: dict[int, Story], tone: int) -> None:
    story = told[tone]
    assert story.back is not None
    assert [1, 2] == [recording.connection for recording in story.recordings]
    for recording, part in zip(story.recordings, (story.talk, story.back), strict=True):
        assert recording.seconds
        assert recording.checks == ()
        assert seconds(spans(story.line, recording, "caller", part.tone)) > recording.seconds - 0.7
        assert seconds(spans(story.line, recording, "consultant", part.theirs)) > recording.seconds - 0.7


def test_a_caller_whose_consultant_does_not_answer_any_more_is_served_by_the_next(
    told: dict[int, Story],
) -> None:
    story = told[ELSEWHERE]
    assert story.back is not None
    assert story.back.id != story.talk.id
    assert [story.talk.id, story.back.id] == [c.party for c in story.call.connections]
    assert story.back.id == story.call.served_by


def test_without_the_notice_nothing_is_dialled_and_the_caller_is_back(told: dict[int, Story]) -> None:
    story = told[NO_NOTICE]
    assert story.at_1414 is None
    assert ("no_notice", None) == (story.call.ucc_result, story.call.notice_at)
    assert told_at(story.line, story.talk.caller, "ru", "back_to_consultant") is not None
