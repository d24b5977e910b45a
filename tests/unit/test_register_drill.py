"""The register's process killed at many moments while sixty hand-overs leave: each told, none twice (A10)."""

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select

from appeals.model.body import ChannelKind
from appeals.model.hand_over import AttemptState
from appeals.model.hand_over_tables import hand_over_attempts
from recordings.model.tables import alarms
from tests.hand_over_home import HandOverHome
from tests.unit.test_hand_over_mail import real_server

ROOT = Path(__file__).resolve().parents[2]
APPEALS = 15  # of four bodies each
KILLED_AT = (1, 3, 8, 14, 22, 31)  # messages that have begun to arrive
SETTLED = {AttemptState.ACCEPTED.value, AttemptState.UNKNOWN.value, AttemptState.REFUSED.value}
pytestmark = pytest.mark.slow


class SlowBox:
    """A mail server's box that takes its time over each message: a kill falls before its answer, or after."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.begun = 0
        self.came = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    async def handle_DATA(self, server, session, envelope):
        self.begun += 1
        self.loop.call_soon_threadsafe(self.came.set)
        await asyncio.sleep(0.02 * (self.begun % 3))
        self.ids.append(message_from_bytes(envelope.content)["Message-ID"].strip("<>").partition("@")[0])
        await asyncio.sleep(0.02 * (self.begun % 2))
        return "250 taken"

    async def reaches(self, count: int) -> None:
        while self.begun < count:
            self.came.clear()
            await self.came.wait()


@pytest.fixture
async def home(tmp_path):
    made = await HandOverHome(tmp_path).open()
    yield made
    await made.close()


async def tries(home):
    query = select(hand_over_attempts).where(hand_over_attempts.c.channel == ChannelKind.EMAIL.value)
    async with home.database.connect() as connection:
        return (await connection.execute(query)).all()


async def started(home, relay):
    mail = {"HOST": relay.host, "PORT": relay.port, "SENDER": relay.sender, "CA_FILE": relay.ca_file}
    environment = {
        **os.environ, "IVR111_HOME": str(home.settings.home), "IVR111_LOG_STDERR": "0",
        **{f"IVR111_MAIL__{name}": str(value) for name, value in mail.items()},
    }  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.register.main", env=environment, cwd=ROOT
    )


async def killed(process):
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    await process.wait()


async def settled(home):
    while not {one.state for one in await tries(home)} <= SETTLED:
        await asyncio.sleep(0.3)


async def test_killed_at_any_moment_each_body_is_told_and_none_twice(home, tmp_path):
    for number in range(APPEALS):
        await home.told(now=datetime.now(UTC), request=f"r{number}")
    planned = {one.message_id for one in await tries(home)}
    assert len(planned) == 4 * APPEALS
    box = SlowBox()
    async with real_server(box, tmp_path) as relay, asyncio.timeout(110):
        for count in KILLED_AT:
            process = await started(home, relay)
            try:
                await asyncio.wait_for(box.reaches(count), 30)
            finally:
                await killed(process)
        process = await started(home, relay)
        try:
            await settled(home)
        finally:
            await killed(process)
    came = Counter(box.ids)
    assert [id_ for id_, times in came.items() if times > 1] == []
    assert set(came) <= planned
    every = await tries(home)
    accepted = {one.message_id for one in every if one.state == AttemptState.ACCEPTED.value}
    unknown = {one.message_id: one.hand_over_id for one in every if one.state == AttemptState.UNKNOWN.value}
    assert accepted | set(unknown) == planned
    assert accepted <= set(came)
    assert unknown, "no kill fell between a message and its answer"
    async with home.database.connect() as connection:
        query = select(alarms.c.about).where(alarms.c.kind == "hand_over_unknown")
        named = set((await connection.execute(query)).scalars())
    assert named == {str(one) for one in unknown.values()}
