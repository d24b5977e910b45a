"""The AMI client: panoramisk's Manager, connection, login, ping, dispatch ours (decision 0023); edge."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog
from panoramisk.manager import Manager

from routing.ami.connection import AmiAction, AmiConnection
from routing.ami.control_socket import BEGUN, CONTACTS, contacts, mixmonitor_command, run_command
from routing.ami.login import keep_alive, log_in, open_connection
from routing.ami.message import Message
from routing.ami.protocol import AmiDown, AmiError, AmiInjection, AmiRefused, AmiTimeout, Fields
from routing.ami.reconnect import error_place, stay_connected, unless_lost, wait_for_event

__all__ = ["Ami", "AmiDown", "AmiError", "AmiInjection", "AmiRefused", "AmiTimeout", "Message"]

log = structlog.get_logger(__name__)

Messages = list[Message]


class Ami(Manager):  # type: ignore[misc]  # panoramisk ships no types
    """One lasting AMI login; never sends anything twice.

    `on_event` gets every event at once and in order, from the login on, also before and while `on_up`
    runs; it must not block. `on_up` is awaited after FullyBooted at every login: the place of the snapshot;
    if it fails the connection is made anew. `on_down` gets the reason when one that was up has ended.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        on_event: Callable[[Message], None],
        on_up: Callable[[], Awaitable[None]],
        on_down: Callable[[str], None],
        action_deadline: float = 3.0,
        ping_every: float = 1.0,
        ping_deadline: float = 3.0,
        connect_deadline: float = 5.0,
        boot_deadline: float = 60.0,
        refused_pause: float = 10.0,
        control: Path | None = None,
    ) -> None:
        if inspect.iscoroutinefunction(on_event):
            raise TypeError("on_event is a plain function: coroutines would overtake each other")
        super().__init__(host=host, port=port)
        self._host, self._port = host, port
        self.patterns.clear()  # panoramisk's own: sends unanswered actions again at FullyBooted
        self.callbacks.clear()
        self._username, self._secret = username, secret
        self._control = control
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._action_deadline, self._connect_deadline = action_deadline, connect_deadline
        self._ping_every, self._ping_deadline = ping_every, ping_deadline
        self._boot_deadline, self._refused_pause = boot_deadline, refused_pause
        self._connection: AmiConnection | None = None
        self._booted = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._closed = False
        self._faults = 0  # receivers of events that raised

    @property
    def connected(self) -> bool:
        """Logged in and Asterisk fully booted; the snapshot may still be under way."""
        return self._connection is not None and not self._connection.lost.done()

    async def send(self, action: str, fields: Fields = (), *, deadline: float | None = None) -> Message:
        """The response to one action.

        Raises AmiInjection (nothing sent), AmiDown, AmiTimeout (unknown whether it was done), AmiError.
        """
        if action == "MixMonitor" and self._control is not None and self._control.exists():
            return await self._begin_recorder(self._control, dict(fields), deadline or self._action_deadline)
        answer: Message = await self._ask(AmiAction(action, fields), deadline)
        return answer

    async def list(self, action: str, fields: Fields = (), *, deadline: float | None = None) -> Messages:
        """The items of a list action, without its first and last message; errors as `send`."""
        if action == "PJSIPShowContacts" and self._control is not None and self._control.exists():
            if not self.connected:
                raise AmiDown("not connected")
            return contacts(await run_command(self._control, CONTACTS, deadline or self._action_deadline))
        items: Messages = await self._ask(AmiAction(action, fields, as_list=True), deadline)
        return items

    def send_action(self, action: Any, as_list: bool | None = None, **kwargs: str) -> asyncio.Future[Any]:
        """panoramisk's way to ask, under the same rules as `send` and `list`."""
        fields = {key: values for key, values in {**action, **kwargs}.items() if key.lower() != "actionid"}
        name = fields.pop(next(key for key in fields if key.lower() == "action"))
        pairs = [
            (key, str(value))
            for key, values in fields.items()
            for value in (values if isinstance(values, list | tuple) else [values])
        ]
        return self._ask(AmiAction(name, pairs, as_list=bool(as_list)), None)

    def connect(self, *_: object) -> asyncio.Task[None]:
        """panoramisk's way to start: `run` as a task."""
        return asyncio.create_task(self.run())

    def dispatch(self, event: Message) -> None:
        """Hand on one event; whatever its receivers do, the connection lives."""
        name = event.event
        if name == "FullyBooted":
            self._booted.set()
        try:
            self._on_event(event)
        except Exception as error:
            self._report("on_event", name, error)
        for pattern, regexp in self.patterns:
            for receiver in self.callbacks[pattern] if regexp.match(name) else ():
                try:
                    receiver(self, event)
                except Exception as error:
                    self._report("register_event", name, error)

    async def run(self) -> None:
        """Stay connected until `close`; raises nothing of its own."""
        if self._closed:
            return
        self._running = asyncio.create_task(stay_connected(self._session, self._refused_pause))
        try:
            await self._running
        except asyncio.CancelledError:
            if not self._closed:
                raise

    async def close(self) -> None:
        """End connection and `run` for good; what is awaited fails with AmiDown."""
        self._closed = True
        if self._connection is not None:
            self._connection.drop("closed")
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    def _ask(self, action: AmiAction, deadline: float | None) -> asyncio.Future[Any]:
        if self._connection is None:
            raise AmiDown("not connected")
        return self._connection.ask(action, self._action_deadline if deadline is None else deadline)

    async def _begin_recorder(self, control: Path, fields: dict[str, str], deadline: float) -> Message:
        """Over the control socket: AMI's right to it is the right to everything (decision 0071)."""
        command = mixmonitor_command(fields)
        if said := (await run_command(control, command, deadline)).strip():
            raise AmiError(f"no recorder began: {said[:100]}")
        return Message(
            {"Response": "Success", "MixMonitorID": await self._begun(fields["Channel"], deadline)}
        )

    async def _begun(self, channel: str, deadline: float) -> str:
        """The id of the recorder begun last; empty when the manager is silent: it was begun all the same."""
        try:
            answer = await self.send("Getvar", {"Channel": channel, "Variable": BEGUN}, deadline=deadline)
        except (AmiDown, AmiTimeout):
            return ""
        return answer.text("Value")

    async def _session(self) -> None:
        """One connection from its first byte to its end, which is an exception."""
        booted = self._booted = asyncio.Event()
        connection = await open_connection(self._host, self._port, self.dispatch, self._connect_deadline)
        pinging = None
        try:
            await log_in(connection, self._username, self._secret, self._action_deadline)
            pinging = asyncio.create_task(keep_alive(connection, self._ping_every, self._ping_deadline))
            announced = await unless_lost(connection, wait_for_event(booted, self._boot_deadline))
            if not announced:
                log.critical(
                    "ami_boot_not_announced", alarm=True, hint="class system in the user's read line?"
                )
            self._connection = connection
            connection.lost.add_done_callback(lambda lost: self._gone(lost.result()))
            log.info("ami_up")
            await unless_lost(connection, self._up())
            if not announced:
                await unless_lost(connection, booted.wait())
                raise AmiDown("Asterisk has booted only now: the snapshot came too early")
            await unless_lost(connection, asyncio.Event().wait())
        finally:
            if pinging is not None:
                pinging.cancel()
            connection.drop("closed" if self._closed else "given up")

    async def _up(self) -> None:
        await self._on_up()

    def _gone(self, reason: str) -> None:
        try:
            self._on_down(reason)
        except Exception as error:
            self._report("on_down", "", error)

    def _report(self, receiver: str, event: str, error: Exception) -> None:
        self._faults += 1
        if self._faults & (self._faults - 1) == 0:  # the 1st, 2nd, 4th, 8th …: no flood
            log.error("ami_receiver_failed", receiver=receiver, ami_event=event, **error_place(error))
