"""A console without a line: a real database file, the real application, an invented board."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from jinja2 import Environment

from appeals.reports.watching import Watching
from config.database import open_database
from config.settings import Settings
from console.app import LABELS, build
from console.http.engine_client import EngineClient, EngineRefused
from console.http.event_stream import EventStreams
from console.http.register_link import RegisterDoors, carry_out, over
from console.http.rendering import Rendering
from console.http.request_context import Services
from console.identity.accounts import new
from console.identity.current_user import SessionLookup
from console.identity.passwords import Passwords
from console.identity.sessions import Session
from console.identity.sign_in import SignIn
from console.identity.tables import EVERY
from console.wallboard.labels import PHASES
from engine.register.services import RegisterServices
from engine.wallboard.counts import thresholds
from recordings.journal.reading import Reader
from recordings.privacy.keyring import Keyring
from recordings.rows.service import keyed
from routing.board.as_json import BoardReader
from tests.cheap import CHEAP, prepared

PASSWORD = "қарлығаш ұшып кетті 7"
ROLES = ("consultant", "supervisor", "administrator", "auditor")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FIGURES = {
    "offered": 12, "answered": 10, "abandoned": 2, "abandoned_short": 1, "average_wait": 31.4,
    "queue_wait": 12.0, "service_level": 0.83, "longest_wait": 95.0, "average_talk": 180.0,
    "transferred_1414": 1,
}  # fmt: skip
COUNTS = {
    "waiting": 1, "longest_since": 1795540000.0, "available": 1, "ringing": 0, "talking": 1, "wrap_up": 0,
    "paused": 0, "unreachable": 0, "off_shift": 0,
    "line": dict.fromkeys(PHASES, 1),
}  # fmt: skip


def seat(id_: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "name": "Айгүл Сынақ", "languages": ["kk", "ru"], "state": state, "since": 1795540000.0,
        "until": None, "reason": None, "reachable": True, "off": state == "off_shift", "missed": 0,
        "passed_over": False, "fault": None, "fault_since": None, "call": None,
        "call_language": None, "call_since": None, "caller_since": None, "number": None, "answered": 3,
        "missed_today": 1, "talked": {"seconds": 540, "since": None},
        "paused": {"seconds": 60, "since": None}, "occupancy": 0.71, "watched": [], "unheard": [],
        "caller_held": False, **more,
    }  # fmt: skip


def caller(call: str, place: int, **more: Any) -> dict[str, Any]:
    return {
        "call": call, "language": "kk", "phase": "waiting", "place": place, "since": 1795540000.0 + place,
        "consultant": None, "number": "***67", "attempts": 2, "priority": 0, "moved_up": False,
        "nobody_on_shift": False, "diverted": False, "unanswered": None, "held": False, "unheard": [],
        "followed": [], **more,
    }  # fmt: skip


BOARD: dict[str, Any] = {
    "event": 1795540061440, "at": 1795540065.2, "asterisk": "up", "away_since": None, "law_wait": 40.0,
    "target_seconds": 20.0, "thresholds": {key: asdict(one) for key, one in thresholds(Settings()).items()},
    "today": {
        "from": 1795460400.0, "whole": True, "all": FIGURES, "kk": FIGURES,
        "ru": {**FIGURES, "average_wait": None},
    },
    "queues": [
        {"language": "kk", **COUNTS, "on_shift": 2, "diverted": None},
        {"language": "ru", **COUNTS, "on_shift": 2, "diverted": 1795540001.0},
    ],
    "totals": {"language": None, **COUNTS, "diverted": None},
    "phones": ["s201", "s202"],
    "callers": [
        caller("n1-1-1", 1), caller("n1-1-2", 2),
        *(caller(f"n1-2-{n}", 0, phase=phase, language=None if phase == "menu" else "ru")
          for n, phase in enumerate(PHASES) if phase not in ("waiting", "talking", "hold")),
    ],
    "consultants": [
        seat("c101", "talking", call="n1-1-3", number="***55", call_language="ru", call_since=1795540010.0,
             caller_since=1795540001.0, watched=[{"phone": "s201", "mode": "listen", "since": 1795540020.0}]),
        seat("c102", "available"),
        seat("c103", "wrap_up", until=1795540080.0),
        seat("c104", "paused", reason="lunch"),
        seat("c105", "off_shift"),
        seat("c106", "unreachable", passed_over=True, until=1795540080.0),
        seat("c107", "ringing", call="n1-2-1", paused={"seconds": 1, "since": 1795540000.0}),
        seat("c108", "unreachable", reachable=False),
    ],
    "chart": {"since": 1795460400.0, "step": 900, "offered": [1, 2], "answered": [1, 2], "abandoned": [0, 0]},
    "alerts": [
        {"kind": "nobody_on_shift", "subject": "ru", "call": "", "since": 1795540000.0, "grade": "critical"},
        {"kind": "wait_warning", "subject": "kk", "call": "", "since": 1795540000.0, "grade": "warning"},
        {"kind": "healed", "subject": "c102", "call": "", "since": 1795540000.0, "grade": "warning"},
    ],
}  # fmt: skip


class Link(EngineClient):
    """What the engine would say; orders are kept."""

    def __init__(self) -> None:
        super().__init__(Path("/nonexistent"), lambda: None)
        self.shown: dict[str, Any] = {}
        self.show(copy.deepcopy(BOARD))
        self.fresh = True
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.refuses = ""

    def show(self, board: dict[str, Any]) -> None:
        """The next board, as the engine's socket tells it."""
        self.shown, self.board = board, BoardReader().read(board)

    async def send_command(self, do: str, fields: Any, seconds: float = 10.0) -> dict[str, Any]:
        if self.refuses:
            raise EngineRefused(self.refuses)
        self.orders.append((do, dict(fields)))
        return {}


class Home:
    """The console, and browsers in front of it."""

    def __init__(self, server: TestServer, services: Services, link: Link) -> None:
        self.server, self.services, self.link = server, services, link
        self.sign_in, self.users = services.sign_in, services.users
        self._clients: list[TestClient] = []

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": f"http://{self.server.host}:{self.server.port}"}

    def browser(self) -> TestClient:
        client = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        self._clients.append(client)
        return client

    async def signed_in(self, role: str) -> tuple[TestClient, Session]:
        """A browser behind the door, and its session."""
        client = self.browser()
        form = {"login": role, "password": PASSWORD}
        await client.post("/sign-in", data=form, headers=self.origin, allow_redirects=False)
        if role in ("administrator", "auditor"):
            half = (await self.sign_in.sessions.all(role))[-1]
            await self.sign_in.accounts.change(role, totp_used=0)
            code = pyotp.TOTP(SECRET).now()
            form = {"csrf": half.csrf, "code": code}
            await client.post("/code", data=form, headers=self.origin, allow_redirects=False)
        session = max(await self.sign_in.sessions.all(role), key=lambda one: one.began_at)
        assert session.stage == "in"
        return client, session

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


def in_process(doors: RegisterDoors) -> RegisterDoors:
    """The register's services as the console has them: everything crosses as JSON, only the socket is not."""

    async def ask(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return json.loads(json.dumps(await carry_out(doors, json.loads(json.dumps(asked)))))

    return over(ask)


_COMPILED: dict[str, dict[str, Environment]] = {}  # by time zone and language: templates, once a run


def rendering(settings: Settings) -> Rendering:
    """The console's, whose templates were compiled for an earlier test."""
    return Rendering(settings, LABELS, _environments=_COMPILED.setdefault(settings.time_zone, {}))


@asynccontextmanager
async def console(settings: Settings) -> AsyncIterator[Home]:
    """The application on a port of its own, with one account for each role."""
    await prepared(settings.database)
    keys = Keyring(settings.keys_dir)
    keys.make()
    database, link = keyed(open_database(settings.database), keys.numbers, EVERY), Link()
    doors = RegisterServices(settings, database, keys).doors
    streams = EventStreams()
    link.changed = streams.wake
    door = SignIn(database, keys.second_factors, passwords=Passwords(CHEAP))
    services = Services(
        settings,
        link,
        door,
        SessionLookup(door.accounts, door.sessions),
        streams,
        rendering(settings),
        Reader(database, None),
        b"k" * 32,
        in_process(doors),
        Watching(database, settings.escalation),
    )
    kept = await door.passwords.hash(PASSWORD)
    for role in ROLES:
        account = new(
            role, f"Сынақ {role}", role,
            consultant="c101" if role == "consultant" else None,
            phone="s201" if role == "supervisor" else None,
            language="kk", people={},
        )  # fmt: skip
        await door.accounts.add(account, kept, datetime.now(UTC))
        if role in ("administrator", "auditor"):
            await door.accounts.change(role, totp=keys.second_factors().hide(SECRET))
    server = TestServer(build(services))
    await server.start_server()
    home = Home(server, services, link)
    try:
        yield home
    finally:
        streams.close()
        await home.close()
        await server.close()
        await database.dispose()
        await asyncio.sleep(0)
