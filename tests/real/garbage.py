"""1,000 garbage connections: `python -m tests.real.garbage PORT SECONDS`, the FastAGI token on stdin.

A process of its own, so that the phones of the test keep their time.
"""

import asyncio
import secrets
import sys
from contextlib import suppress
from typing import Final

COUNT: Final = 1000
AGAIN: Final = 2.0  # seconds between a closed door and the next knock


def kinds(port: int, token: str) -> tuple[bytes, ...]:
    """What is said: nothing, noise, half a header, an endless one, wrong tokens, the right one, no more."""
    head = f"agi_network: yes\nagi_network_script: call\nagi_request: agi://127.0.0.1:{port}/call"
    return (
        b"",
        secrets.token_bytes(3000),
        b"agi_network: yes\nagi_requ",
        b"agi_x: " + b"x" * 9000 + b"\nagi_y: y\n" * 50,
        f"{head}\n\n".encode(),
        f"{head}?token=wrong\n\n".encode(),
        f"{head}?token={token}\n".encode(),
        NEVER_READS + f"{head}?token={token}\nagi_channel: x\nagi_uniqueid: 1.1\nagi_arg_1: \n\n".encode(),
    )


NEVER_READS: Final = b"agi_never: reads\n"


async def knock(port: int, said: bytes) -> None:
    """One connection, made anew whenever it was closed."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
            writer.write(said)
            if said.startswith(NEVER_READS):
                await asyncio.sleep(10)
            while await reader.read(1000):
                pass
            writer.close()
        await asyncio.sleep(AGAIN)


async def main(port: int, seconds: float, token: str) -> None:
    """All of them, for that long."""
    said = kinds(port, token)
    tasks = [asyncio.create_task(knock(port, said[number % len(said)])) for number in range(COUNT)]
    print("knocking", flush=True)
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), sys.stdin.readline().strip()))
