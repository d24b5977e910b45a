"""The port of the manager answers the line's users alone (they stand in the test's own network namespace)."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.settings import Settings
from engine.supervisor.alarm_file import AlarmFile, read
from engine.supervisor.firewall import keep_rules, remove_rules
from engine.supervisor.netfilter import GuardedPort, delete_table, replace_table

NOBODY = 65534
FRIEND = 60123


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A port on loopback."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server


@pytest.fixture
def port() -> Iterator[int]:
    """A port that root and one friend may reach."""
    with listening() as server:
        number = server.getsockname()[1]
        replace_table("ivr111-test", [GuardedPort("127.0.0.1", number, (0, FRIEND))])
        yield number
        delete_table("ivr111-test")


def connect(port: int, user: int) -> str:
    """What a user of that number gets: a socket belongs to whoever makes it."""
    os.seteuid(user)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return "in"
    except OSError as why:
        return type(why).__name__
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("user", "expected"),
    [(0, "in"), (FRIEND, "in"), (NOBODY, "ConnectionRefusedError"), (1, "ConnectionRefusedError")],
)
def test_only_who_may_connects(port: int, user: int, expected: str) -> None:
    assert connect(port, user) == expected


def test_other_ports_and_addresses_are_nobodys_business(port: int) -> None:
    with listening() as other:
        assert connect(other.getsockname()[1], NOBODY) == "in"


def test_putting_it_again_changes_nothing_and_taking_it_away_opens_the_port() -> None:
    with listening() as server:
        number = server.getsockname()[1]
        for _ in range(3):
            replace_table("ivr111-test", [GuardedPort("127.0.0.1", number, (0,))])
        assert connect(number, NOBODY) == "ConnectionRefusedError"
        delete_table("ivr111-test")
        delete_table("ivr111-test")
        assert connect(number, NOBODY) == "in"


def test_a_connection_that_is_open_already_is_never_cut(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=2) as mine:
        replace_table("ivr111-test", [GuardedPort("127.0.0.1", port, (FRIEND,))])
        mine.sendall(b"still")
        os.sched_yield()


def test_who_has_no_right_to_the_packet_filter_is_told_so() -> None:
    os.seteuid(NOBODY)
    try:
        with pytest.raises(OSError):
            delete_table("ivr111-x")
    finally:
        os.seteuid(0)


async def test_a_gate_that_cannot_be_closed_is_an_alarm_until_it_is_closed(tmp_path, monkeypatch) -> None:
    told = tmp_path / "supervisor.alarms"
    monkeypatch.setenv("IVR111_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IVR111_RUN_USER", "nobody-of-that-name")
    for kinds in (["gate_open"], ["gate_open", "gate_open_ended"]):
        alarms = AlarmFile(told)
        keeping = asyncio.create_task(keep_rules(Settings(), alarms))
        async with asyncio.timeout(5):
            while kinds != [one.kind for one in read(told)]:
                await asyncio.sleep(0.05)
                alarms.write()
        keeping.cancel()
        monkeypatch.setenv("IVR111_RUN_USER", "nobody")
        monkeypatch.setenv("IVR111_ASTERISK_USER", "daemon")
    remove_rules(Settings())
