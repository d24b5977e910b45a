"""One TCP connection to AMI: what is sent, what is awaited, what comes in, and its end; edge."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

from panoramisk import actions as stock

from routing.ami.message import Message
from routing.ami.protocol import (
    LARGEST_MESSAGE,
    AmiDown,
    AmiError,
    AmiFault,
    AmiInjection,
    AmiTimeout,
    Fields,
    Frames,
    encode,
)

# After a blocked loop a timer may fire while the answer lies unread behind other messages: read on first.
LAST_LOOK = 0.05


class AmiAction(stock.Action):  # type: ignore[misc]  # panoramisk ships no types
    """panoramisk's Action with our own idea of when an answer is whole; needs a running loop."""

    def __init__(self, name: str, fields: Fields = (), *, as_list: bool = False) -> None:
        pairs = tuple(fields.items() if isinstance(fields, Mapping) else fields)
        if any(key.lower() in {"action", "actionid"} for key, _ in pairs):
            raise AmiInjection("Action and ActionID are not for the caller to set")
        super().__init__({"Action": name, **dict(pairs)}, as_list=as_list)
        self.encoded = encode((("Action", name), ("ActionID", self.id), *pairs))

    def __str__(self) -> str:
        return self.encoded.decode()

    def add_message(self, message: Message) -> bool:
        """Take an answer; true when it was the last.

        A response without event ends all but a list; a list ends with its event `EventList: Complete`.
        """
        future: asyncio.Future[Any] = self.future
        if future.done():
            return True
        phase = message.text("EventList").lower()
        if not message.event:
            if message.text("Response") in {"Error", "Fail", "Failure"}:
                future.set_exception(AmiError(message.text("Message").strip()))
            elif not self.as_list:
                future.set_result(message)
            elif phase != "start":
                future.set_exception(AmiError(f"{self['Action']} answers no list"))
        elif self.as_list:
            if phase == "complete":
                future.set_result(self.responses)
            elif phase:
                future.set_exception(AmiError(f"list {phase}"))
            else:
                self.responses.append(message)
        return bool(future.done())


class AmiConnection(asyncio.Protocol):
    """Matches answers by ActionID and hands on every event, in order, at once."""

    def __init__(self, dispatch: Callable[[Message], object]) -> None:
        loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = loop.create_future()  # the reason
        self.waiting: dict[str, AmiAction] = {}
        self._dispatch = dispatch
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        """Called by asyncio; raises nothing, or asyncio would close the connection."""
        try:
            messages = self._frames.take(data)
        except AmiFault as fault:
            self.drop(str(fault))
            return
        for message in messages:
            if self.lost.done():
                return
            if message.text("Event"):
                self._dispatch(message)
            if self.waiting:
                action = self.waiting.get(message.text("ActionID"))
                if action is not None:
                    action.add_message(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self.drop(f"connection lost: {type(exc).__name__}" if exc else "Asterisk closed the connection")

    def ask(self, action: AmiAction, deadline: float) -> asyncio.Future[Any]:
        """Send, once; the future holds the answer, or AmiError, AmiTimeout, AmiDown."""
        if self.lost.done() or self._transport is None:
            raise AmiDown("not connected")
        if self._transport.get_write_buffer_size() > LARGEST_MESSAGE:
            self.drop("Asterisk does not read")
            raise AmiDown("Asterisk does not read")
        timer = asyncio.get_running_loop().call_later(deadline, self._last_look, action)

        def forget(_: object) -> None:
            timer.cancel()
            self.waiting.pop(action.id, None)

        self.waiting[action.id] = action
        action.future.add_done_callback(forget)
        self._transport.write(action.encoded)
        return action.future  # type: ignore[no-any-return]

    def drop(self, reason: str) -> None:
        """End the connection now, without farewell; all that is awaited fails with AmiDown."""
        if self.lost.done():
            return
        self.lost.set_result(reason)
        for action in self.waiting.values():
            if not action.future.done():
                action.future.set_exception(AmiDown(reason))
        if self._transport is not None:
            self._transport.abort()

    def _last_look(self, action: AmiAction) -> None:
        asyncio.get_running_loop().call_later(LAST_LOOK, self._give_up, action)

    def _give_up(self, action: AmiAction) -> None:
        if not action.future.done():
            action.future.set_exception(AmiTimeout(f"no answer to {action['Action']}"))
