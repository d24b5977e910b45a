"""A session against every order in which Asterisk's lines can come (architecture 2, limits 1.2)."""

import asyncio
import itertools

import pytest

from agi_handlers.protocol import SYNC, AgiReply, parse_header
from agi_handlers.session import AgiRejected, AgiSession, ConnectionLost
from ivr.line import HungUp, SoundMissing


class Wire:
    """The transport: what was written, and whether it was closed."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.closed = ""
        self.unread = 0

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def get_extra_info(self, name: str) -> None:
        return None

    def get_write_buffer_size(self) -> int:
        return self.unread

    def close(self) -> None:
        self.closed = "closed"

    def abort(self) -> None:
        self.closed = "aborted"


def open_session() -> tuple[AgiSession, Wire]:
    wire = Wire()
    return AgiSession(wire, parse_header([b"agi_uniqueid: 1.1"])), wire  # type: ignore[arg-type]


async def breathe() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def asked(session: AgiSession, *words: str) -> asyncio.Task[AgiReply]:
    task = asyncio.create_task(session.command(*words))
    await breathe()
    return task


async def test_a_reply_reaches_the_one_who_asked():
    session, wire = open_session()
    task = await asked(session, "SET VARIABLE", "A", "b")
    session.data_received(b"200 result=1\n")
    assert (await task, wire.said) == (AgiReply(200, "1"), [b'SET VARIABLE "A" "b"\n'])


async def test_a_reply_may_come_byte_by_byte_even_inside_a_letter():
    session, _ = open_session()
    task = await asked(session, "GET VARIABLE", "A")
    for byte in "200 result=1 (Әсел)\n".encode():
        session.data_received(bytes((byte,)))
    assert (await task).value == "Әсел"


async def test_hangup_is_never_an_answer_and_later_answers_stay_in_step():
    session, _ = open_session()
    task = await asked(session, "SET VARIABLE", "A", "b")
    session.data_received(b"HANGUP\n200 result=1\n")
    assert (await task, session.hung_up) == (AgiReply(200, "1"), True)
    after = asyncio.create_task(session.ask("GET VARIABLE", "A"))
    await breathe()
    session.data_received(b"200 result=1 (b)\n")
    assert (await after).value == "b"


async def test_a_value_that_is_the_word_hangup_is_just_a_value():
    session, _ = open_session()
    task = await asked(session, "GET VARIABLE", "A")
    session.data_received(b"200 result=1 (hangup)\n")
    assert ((await task).value, session.hung_up) == ("hangup", False)


async def test_every_command_after_the_hang_up_raises_it_without_a_word_on_the_wire():
    session, wire = open_session()
    session.data_received(b"HANGUP\n")
    for words in (("NOOP",), ("STREAM FILE", "a", ""), ("SET VARIABLE", "A", "b")):
        with pytest.raises(HungUp):
            await session.command(*words)
    assert wire.said == []


async def test_variables_can_still_be_set_after_the_hang_up():
    session, wire = open_session()
    session.data_received(b"HANGUP\n")
    task = asyncio.create_task(session.ask("SET VARIABLE", "ENGINE_ENDED_BY", "caller"))
    await breathe()
    session.data_received(b"200 result=1\n")
    await task
    assert wire.said == [b'SET VARIABLE "ENGINE_ENDED_BY" "caller"\n']


@pytest.mark.parametrize("status", [b"HANGUP\n511 dead\n", b"511 dead\n"])
async def test_minus_one_on_a_dead_channel_is_a_hang_up(status):
    session, _ = open_session()
    task = await asked(session, "STREAM FILE", "111/menu", "12")
    session.data_received(b"200 result=-1 endpos=160\n")
    await breathe()
    session.data_received(status)
    with pytest.raises(HungUp):
        await task


@pytest.mark.parametrize("state", [4, 5, 6])
async def test_minus_one_on_a_living_channel_is_a_missing_sound(state):
    session, _ = open_session()
    task = await asked(session, "STREAM FILE", "111/menu", "12")
    session.data_received(b"200 result=-1 endpos=0\n")
    await breathe()
    session.data_received(b"200 result=%d\n" % state)
    with pytest.raises(SoundMissing):
        await task


async def test_511_is_a_hang_up():
    session, _ = open_session()
    task = await asked(session, "WAIT FOR DIGIT", "100")
    session.data_received(b"511 Command Not Permitted on a dead channel\n")
    with pytest.raises(HungUp):
        await task


@pytest.mark.parametrize(
    "lines",
    [
        b"510 Invalid or unknown command\n",
        b"520 Invalid command syntax.  Proper usage not available.\n",
        b"520-Invalid command syntax.  Proper usage follows:\nUsage\n\n200 result=1\nHANGUP\n520 End.\n",
        b"200 result=-2\n",
    ],
)
async def test_a_command_asterisk_rejects_leaves_the_session_in_step(lines):
    session, _ = open_session()
    task = await asked(session, "EXEC", "NoOp")
    session.data_received(lines)
    with pytest.raises(AgiRejected):
        await task
    task = await asked(session, "NOOP")
    session.data_received(b"200 result=0\n")
    assert (await task, session.hung_up) == (AgiReply(200, "0"), False)


async def test_a_value_over_two_lines_does_not_shift_later_answers():
    session, _ = open_session()
    task = await asked(session, "GET VARIABLE", "A")
    session.data_received(b"200 result=1 (first\nsecond)\n")
    assert (await task).value == "first"
    task = await asked(session, "NOOP")
    session.data_received(b"third\n200 result=0\n")
    assert await task == AgiReply(200, "0")


async def test_the_end_of_the_connection_is_told_at_once_and_for_ever():
    session, _ = open_session()
    task = await asked(session, "EXEC", "Dial", "PJSIP/c101")
    session.connection_lost(None)
    with pytest.raises(ConnectionLost):
        await task
    with pytest.raises(ConnectionLost):
        await session.ask("NOOP")


@pytest.mark.parametrize(
    ("words", "patience"),
    [(("NOOP",), 5), (("WAIT FOR DIGIT", "30000"), 35), (("EXEC", "MixMonitor", "x"), 5)],
)
async def test_a_reply_is_late_only_after_the_commands_own_time(words, patience):
    session, wire = open_session()
    task = await asked(session, *words)
    session.tick(patience - 0.1)
    await breathe()
    assert not task.done()
    session.tick(0.2)
    with pytest.raises(ConnectionLost):
        await task
    assert wire.closed == "closed"


async def test_no_limit_ends_a_conversation():
    session, _ = open_session()
    task = await asked(session, "EXEC", "Dial", "PJSIP/c101,20,g")
    for _ in range(100):
        session.tick(86400)
    session.data_received(b"200 result=0\n")
    assert await task == AgiReply(200, "0")


async def test_time_with_nothing_owed_counts_for_nobody():
    session, wire = open_session()
    session.tick(86400)
    assert wire.closed == ""


async def test_a_peer_that_does_not_read_is_dropped_not_waited_for():
    session, wire = open_session()
    wire.unread = 100
    session.close()
    assert wire.closed == "aborted"


@pytest.mark.parametrize("noise", [b"x" * 70000, b"noise\n" * 1001])
async def test_noise_without_end_ends_the_session(noise):
    session, wire = open_session()
    session.data_received(noise)
    assert wire.closed


STREAM = ("STREAM FILE", "111/menu", "12")
DIGIT = ("WAIT FOR DIGIT", "5000")
# What Asterisk may have sent for the command that was cut short: nothing yet, or its own line.
OWED = {
    STREAM: [b"", b"200 result=0 endpos=8000\n", b"200 result=49 endpos=80\n", b"200 result=-1 endpos=0\n"],
    DIGIT: [b"200 result=1\n", b"200 result=0\n", b"200 result=49\n"],
}
ORDERS = [
    (words, owed, when, hangup)
    for words, all_owed in OWED.items()
    for owed, when, hangup in itertools.product(all_owed, ("before", "after", "with"), (b"", b"HANGUP\n"))
]


@pytest.mark.parametrize(("words", "owed", "when", "hangup"), ORDERS)
async def test_the_next_command_gets_its_own_line_in_every_order(monkeypatch, words, owed, when, hangup):
    """The cut command's line comes before the cancellation, after it, or in one piece with the 510."""
    monkeypatch.setattr("agi_handlers.session.NUDGE", 60.0)  # Asterisk answers before it is nudged
    session, wire = open_session()
    cut = await asked(session, *words)
    if when == "before":
        session.data_received(owed)
    cut.cancel()
    following = asyncio.create_task(session.ask("EXEC", "StartMusicOnHold", "111"))
    await breathe()
    if when == "after":
        session.data_received(owed)
        await breathe()
    synced = wire.said[1:2] == [SYNC]
    assert synced or owed  # the next command is written at once, or after a SYNC, which ends what runs
    if synced:
        assert wire.said[1:] == [SYNC]
        session.data_received(
            hangup + (owed if when == "with" else b"") + b"510 Invalid or unknown command\n"
        )
        await breathe()
    session.data_received(b"200 result=0\n")
    assert await following == AgiReply(200, "0")
    assert wire.said[-1].startswith(b"EXEC ")
    with pytest.raises(asyncio.CancelledError):
        await cut


async def test_a_channel_that_died_meanwhile_still_takes_the_last_words():
    session, _ = open_session()
    cut = await asked(session, *STREAM)
    cut.cancel()
    following = asyncio.create_task(session.ask("SET VARIABLE", "A", "b"))
    await breathe()
    session.data_received(b"HANGUP\n511 dead\n510 unknown\n")
    await breathe()
    session.data_received(b"200 result=1\n")
    assert await following == AgiReply(200, "1")


async def test_a_sync_that_asterisk_read_together_with_the_prompt_is_said_again():
    """Both lines in stdio's buffer: the prompt would play to its end, and the assignment wait for it."""
    session, wire = open_session()
    cut = await asked(session, *STREAM)
    cut.cancel()
    following = asyncio.create_task(session.ask("NOOP"))
    await asyncio.sleep(0.08)  # the one clock here: Asterisk's silence
    nudges = wire.said.count(SYNC)
    assert nudges >= 2
    for _ in range(nudges):
        assert b"NOOP\n" not in wire.said
        session.data_received(b"510 unknown\n")
        await breathe()
    session.data_received(b"200 result=0\n")
    assert await following == AgiReply(200, "0")


async def test_an_interruption_cut_short_itself_is_taken_up_by_the_next():
    session, wire = open_session()
    cut = await asked(session, *STREAM)
    cut.cancel()
    second = asyncio.create_task(session.ask("NOOP"))
    await breathe()
    second.cancel()
    await breathe()
    third = asyncio.create_task(session.ask("GET VARIABLE", "A"))
    await breathe()
    session.data_received(b"510 unknown\n")
    await breathe()
    session.data_received(b"200 result=1 (b)\n")
    assert ((await third).value, b"NOOP\n" in wire.said) == ("b", False)


async def test_an_instant_command_that_was_cancelled_is_answered_before_the_next_is_said():
    session, wire = open_session()
    cut = await asked(session, "SET VARIABLE", "A", "b")
    cut.cancel()
    following = asyncio.create_task(session.ask("GET VARIABLE", "A"))
    await breathe()
    assert len(wire.said) == 1
    session.data_received(b"200 result=1\n")
    await breathe()
    session.data_received(b"200 result=1 (b)\n")
    assert (await following).value == "b"


async def test_a_second_task_ends_a_prompt_but_never_meets_another_command():
    session, _ = open_session()
    playing = await asked(session, *STREAM)
    following = asyncio.create_task(session.ask("SET VARIABLE", "A", "b"))
    await breathe()
    session.data_received(b"510 unknown\n")
    await breathe()
    with pytest.raises(RuntimeError):
        await session.ask("NOOP")
    session.data_received(b"200 result=1\n")
    assert (await following, playing.cancelled()) == (AgiReply(200, "1"), True)


async def test_silence_after_an_interruption_is_a_lost_connection():
    session, _ = open_session()
    cut = await asked(session, *STREAM)
    cut.cancel()
    following = asyncio.create_task(session.ask("NOOP"))
    await breathe()
    session.tick(5.1)
    with pytest.raises(ConnectionLost):
        await following
