"""The engine's socket at its stop: orders under way are answered, followers let go, nothing is logged."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import uvloop

from engine.process.local_socket import Answer, ControlSocket, Peer


def test_a_stop_carries_out_what_is_under_way_and_lets_followers_go_without_a_word(tmp_path: Path) -> None:
    heard = list[object]()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the engine
        runner.run(stop(tmp_path, heard))
    assert [] == heard  # at the loop's end, where asyncio's own tasks would log a traceback


async def stop(tmp_path: Path, heard: list[object]) -> None:
    begun, followed = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, what: heard.append(what))

    async def slow(_asker: Peer, _asked: Mapping[str, Any]) -> Answer:
        begun.set()
        await asyncio.sleep(0.05)
        return {"done": True}

    async def board() -> AsyncIterator[Answer]:
        followed.set()
        while True:
            yield {}
            await asyncio.sleep(3600)

    control = ControlSocket(tmp_path / "sock", {"slow": slow}, {"follow": board})
    await control.start()
    peers = [await asyncio.open_unix_connection(str(tmp_path / "sock")) for _ in range(3)]
    for (_, writer), do in zip(peers, ("slow", "follow"), strict=False):
        writer.write(json.dumps({"do": do}).encode() + b"\n")
    await begun.wait()
    await followed.wait()
    await control.close()
    assert {"ok": True, "done": True} == json.loads(await peers[0][0].readline())
