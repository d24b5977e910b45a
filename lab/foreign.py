"""A softphone that is not ours (baresip), as a process of its own: orders in, events out, JSON lines; edge.

    python -m lab.foreign --account '{"user": ..., "password": ..., "server": ...}'

Orders: register, unregister, dial (number), press (digits), hold, resume, hang_up, heard (seconds, tones),
quit; each may carry an `id`, which its answer repeats. Events: ready, done, failed, incoming, answered,
ended, digit, heard.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import deque
from typing import Any

import numpy as np
from baresip import Account, BaresipError, Call, Config, DigitEvent, Event, Runtime, StackEvent, UserAgent

from lab import sound
from lab.foreign_account import ForeignAccount
from lab.voice import FRAME, RATE, tone

_FRAME_BYTES = 2 * FRAME


def _tell(event: str, **more: object) -> None:
    sys.stdout.write(json.dumps({"event": event, "at": time.monotonic(), **more}) + "\n")
    sys.stdout.flush()


class ForeignPhone:
    """One baresip account, one call at a time."""

    def __init__(self, account: ForeignAccount, runtime: Runtime, agent: UserAgent) -> None:
        self._account = account
        self._runtime = runtime
        self._agent = agent
        self._call: Call | None = None
        self._heard: deque[tuple[float, bytes]] = deque(maxlen=30_000)  # arrival, 20 ms of samples
        self._tasks: set[asyncio.Task[None]] = set()
        agent.on_incoming(self._incoming)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _incoming(self, call: Call) -> None:
        _tell("incoming", peer=str(call.peer))
        self._adopt(call)
        self._spawn(self._answer(call))

    async def _answer(self, call: Call) -> None:
        if self._account.answer_after is not None:
            await asyncio.sleep(self._account.answer_after)
            try:
                await call.answer()
            except BaresipError:
                return  # the caller gave up meanwhile; "ended" tells it

    def _adopt(self, call: Call) -> None:
        self._call = call

        def listener(event: StackEvent) -> None:
            if event.event is Event.CALL_ESTABLISHED:
                _tell("answered")
                self._spawn(self._sound(call))
            elif event.event is Event.CALL_CLOSED:
                _tell("ended")

        def digit(pressed: DigitEvent) -> None:
            _tell("digit", digit=pressed.digit, milliseconds=pressed.duration_ms)

        call.on(listener)
        call.on_dtmf(digit)

    async def _sound(self, call: Call) -> None:
        """Speak and listen until the call is over."""
        loop = tone(self._account.frequency).samples
        at = 0
        ours = call
        while self._call is ours and call.state.value == "established":
            try:
                info = call.audio.info()
                if info.tx_ready and info.tx_buffered < 3 * _FRAME_BYTES:
                    at = (at + call.audio.write(loop[at : at + _FRAME_BYTES])) % len(loop)
                    continue
                while frame := call.audio.read(_FRAME_BYTES):
                    self._heard.append((time.monotonic(), frame))
            except BaresipError:
                pass  # no sound yet, or replaced by a re-INVITE
            await asyncio.sleep(0.01)

    def _measure(self, seconds: float, tones: list[int]) -> dict[str, object]:
        now = time.monotonic()
        recent = b"".join(frame for at, frame in self._heard if at >= now - seconds)
        samples = np.frombuffer(recent, np.int16)
        return {
            "level": round(sound.level(samples), 1),
            "seconds": len(samples) / RATE,
            "silence": sound.longest_silence(samples),
            "tones": [f for f in tones if sound.holds_tone(samples, f)],
        }

    async def obey(self, order: dict[str, Any]) -> dict[str, object]:
        """Do one order. Raises BaresipError, KeyError."""
        match order["do"]:
            case "register":
                await self._agent.register()
            case "unregister":
                await self._agent.unregister()
            case "dial":
                self._adopt(await self._agent.dial(f"sip:{order['number']}@{self._account.server}"))
            case "heard":
                return self._measure(float(order.get("seconds", 1)), list(order.get("tones", [])))
            case "press" if self._call:
                await self._call.send_dtmf(str(order["digits"]))
            case "hold" if self._call:
                await self._call.hold()
            case "resume" if self._call:
                await self._call.resume()
            case "hang_up" if self._call:
                await self._call.hangup()
            case other:
                raise KeyError(other)
        return {}


async def _orders(phone: ForeignPhone) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        order = json.loads(line)
        if order["do"] == "quit":
            return
        try:
            _tell("done", id=order.get("id"), **await phone.obey(order))
        except (BaresipError, KeyError, ValueError) as error:
            _tell("failed", id=order.get("id"), why=repr(error))


async def run(account: ForeignAccount) -> None:
    """Be the phone until `quit` or the end of the orders."""
    runtime = Runtime()
    await runtime.start(
        Config(net_interface=account.address, extra_config_text=f"sip_listen {account.address}:0")
    )
    try:
        native = Account(
            user=account.user, domain=account.server, password=account.password,
            reg_interval=60 if account.registers else 0, audio_codecs=("pcma", "pcmu"),
            dtmf_mode=account.dtmf,
        )  # fmt: skip
        agent = await UserAgent.create(runtime, native)
        _tell("ready")
        await _orders(ForeignPhone(account, runtime, agent))
    finally:
        await runtime.close()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="a foreign softphone for the lab")
    parser.add_argument("--account", required=True, help="JSON, see ForeignAccount")
    asyncio.run(run(ForeignAccount.model_validate_json(parser.parse_args().account)))


if __name__ == "__main__":
    main()
