"""The steps of an AMI session over one connection: open, log in, keep alive; edge."""

import asyncio
import hashlib
from collections.abc import Callable

from routing.ami.connection import AmiAction, AmiConnection
from routing.ami.message import Message
from routing.ami.protocol import AmiDown, AmiError, AmiRefused, AmiTimeout


async def open_connection(
    host: str, port: int, dispatch: Callable[[Message], None], deadline: float
) -> AmiConnection:
    """Connect within `deadline` seconds; TimeoutError or another OSError if not."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(deadline):
        _, connection = await loop.create_connection(lambda: AmiConnection(dispatch), host, port)
    return connection


async def log_in(connection: AmiConnection, username: str, secret: str, deadline: float) -> None:
    """Log in with events on; the secret itself never travels. AmiRefused if Asterisk does not want us."""
    try:
        challenge = await connection.ask(AmiAction("Challenge", {"AuthType": "MD5"}), deadline)
        answer = challenge.text("Challenge") + secret
        key = hashlib.md5(answer.encode(), usedforsecurity=False).hexdigest()  # AMI knows no other
        fields = {"AuthType": "MD5", "Username": username, "Key": key, "Events": "on"}
        await connection.ask(AmiAction("Login", fields), deadline)
    except AmiError as error:
        raise AmiRefused(str(error)) from None


async def keep_alive(connection: AmiConnection, every: float, deadline: float) -> None:
    """Ping one at a time; a connection that answers none in time is half open and is dropped."""
    while True:
        await asyncio.sleep(every)
        try:
            await connection.ask(AmiAction("Ping"), deadline)
        except AmiTimeout:
            connection.drop("no answer to Ping")
        except AmiDown:
            return
        except AmiError:
            continue  # a refusal is an answer
