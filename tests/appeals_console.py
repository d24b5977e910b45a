"""The console over a register of its own: browsers that fill in, hand over and look, as people do."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient

from config.database import open_database
from config.settings import Settings
from console.http.register_link import RegisterDoors
from console.identity.sessions import Session
from console.identity.tables import EVERY
from engine.register.services import RegisterServices
from recordings.access.log import accesses
from recordings.model.access_entry import Action
from recordings.privacy.keyring import Keyring
from recordings.rows.service import keyed
from tests.console_home import Home, console

CHILD = {
    "region": "abai", "topic": "2", "urgent": "yes", "child_rights_violated": "yes", "danger": "life",
    "violator_relation": "parent", "violator_lives_with_child": "yes", "matter": "отец бьёт ребёнка",
}  # fmt: skip
WHY = "жетекші сұрады"


class AppealsHome:
    """`doors`: the real services, without a page; `console`: what browsers ask."""

    def __init__(self, made: Home, services: RegisterServices) -> None:
        self.console, self.services = made, services

    @property
    def doors(self) -> RegisterDoors:
        """As the register's process has them."""
        return self.services.doors

    async def person(self, role: str) -> "Person":
        """A browser of this role, signed in."""
        return Person(self.console, *await self.console.signed_in(role))

    async def looks(self) -> list[tuple[str, str]]:
        """Who looked at another's appeal, and why."""
        found = await accesses(self.services.database, None, None, "", Action.VIEWED, "", 100)
        return [(one.entry.system_user, one.entry.reason) for one in found]

    async def told(self, at: str) -> dict[str, Any]:
        """Hand-overs of the appeal at this address, by body; the last of each."""
        appeal_id = int(at.split("/")[2].partition("#")[0])
        return {one.body: one for one in await self.doors.hand_overs.of_appeal(appeal_id)}


class Person:
    """One browser, with its token; `at` where its last form led."""

    def __init__(self, made: Home, client: TestClient, session: Session) -> None:
        self.client, self.at = client, ""
        self.headers = {**made.origin, "X-CSRF": session.csrf}

    async def get(self, path: str, status: int = 200) -> str:
        """A page."""
        answer = await self.client.get(path, allow_redirects=False)
        assert answer.status == status, (path, answer.status)
        return await answer.text()

    async def post(self, path: str, status: int = 303, **values: str) -> str:
        """A form; 303 where it was done."""
        answer = await self.client.post(path, data=values, headers=self.headers, allow_redirects=False)
        assert answer.status == status, (path, answer.status, await answer.text())
        self.at = answer.headers.get("Location", "")
        return await answer.text()

    async def ask(self, path: str, status: int = 200, **values: str) -> Any:
        """What a script asks."""
        answer = await self.client.post(path, data=values, headers=self.headers)
        assert answer.status == status, (path, answer.status, await answer.text())
        return await answer.json()

    async def save(
        self, at: str, field: str, text: str, base: int = 0, status: int = 200, change: str = ""
    ) -> Any:
        """One field."""
        return await self.ask(f"{at}/field", status, field=field, text=text, base=str(base), change=change)

    async def draft(self, language: str = "ru") -> str:
        """A new draft's address."""
        await self.post("/appeals/new", language=language)
        return self.at

    async def filled(self, values: Mapping[str, str] = CHILD) -> str:
        """A draft with these values."""
        at = await self.draft()
        for field, text in values.items():
            await self.save(at, field, text)
        return at


@asynccontextmanager
async def appeals_console(folder: Path) -> AsyncIterator[AppealsHome]:
    """The console with its register, the directory filled in."""
    settings = Settings(home=folder / "home")
    async with console(settings) as made:
        keys = Keyring(settings.keys_dir)
        database = keyed(open_database(settings.database), keys.numbers, EVERY)
        services = RegisterServices(settings, database, keys)
        await services.directory.seed(datetime.now(UTC))
        try:
            yield AppealsHome(made, services)
        finally:
            await database.dispose()


def live_call() -> str:
    """The id of a call that has just come."""
    return f"n1-{int(time.time() * 1000) - 5000}-1"


def shown_fields(page: str) -> set[str]:
    """Fields that a page shows."""
    every = re.findall(r'data-field="(\w+)"[^>]*>', page)
    return set(every) - set(re.findall(r'data-field="(\w+)"[^>]* hidden>', page))


def plan_form(page: str) -> dict[str, str]:
    """What a browser would send of the plan, nothing changed."""
    part = page.split('id="plan">')[1].split("</section>", maxsplit=1)[0]
    values = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', part))
    values |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n([^<]*)</textarea>', part))
    values |= {name: "1" for name in re.findall(r'name="([tx]\w*\.\d+[.\w]*)" value="1" checked', part)}
    return {name: text for name, text in values.items() if name != "csrf"}


def body_number(form: Mapping[str, str], body: str) -> str:
    """The number of a body in the plan's form."""
    return next(name[5:] for name, text in form.items() if name.startswith("body.") and text == body)


def number_of(page: str) -> str:
    """The registration number in the page's title."""
    found = re.search(r"<h1>\D*(\d\d \d{3} \d{3} \d)", page)
    assert found is not None
    return found[1]
