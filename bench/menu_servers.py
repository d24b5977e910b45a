"""The same menu in others' FastAGI: panoramisk as shipped, panoramisk on uvloop, a forking pyst2 shim."""

# ruff: noqa: PLC0415 - each server process imports only what it serves with
import asyncio
import io
import socketserver
import subprocess
import sys
from typing import Any

PANORAMISK, UVLOOP, PYST2 = "panoramisk", "panoramisk on uvloop", "pyst2, forking"
NAMES = (PANORAMISK, UVLOOP, PYST2)

# What our flow says between the answer and the caller's wait, without its second `speak_in`.
CHOOSE = ('STREAM FILE "111/welcome_choose" "12"', 'WAIT FOR DIGIT "2000"')
QUEUE = (
    'SET VARIABLE "ENGINE_LANGUAGE" "kk"',
    'SET VARIABLE "CHANNEL(language)" "kk"',
    'SET VARIABLE "CALLERID(name)" "KK 111"',
    'STREAM FILE "111/recorded_notice" ""',
    'SET VARIABLE "ENGINE_STAGE" "wait"',
    'SET VARIABLE "ENGINE_QUEUED" "1795338000000"',
    'STREAM FILE "111/wait_begin" ""',
    'EXEC "StartMusicOnHold" "111"',
    'WAIT FOR DIGIT "60000"',
)


async def _panoramisk() -> None:
    from panoramisk import fast_agi

    async def menu(request: Any) -> None:
        if (await request.send_command(CHOOSE[0])).get("result") == ("0", ""):
            await request.send_command(CHOOSE[1])
        for command in QUEUE:
            if not await request.send_command(command):
                return

    app = fast_agi.Application(loop=asyncio.get_running_loop())
    app.add_route("menu", menu)
    server = await asyncio.start_server(app.handler, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


class _Pyst2Call(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        from asterisk.agi import AGI, AGIException

        out = io.TextIOWrapper(self.request.makefile("wb"), write_through=False)
        agi = AGI(stdin=io.TextIOWrapper(self.request.makefile("rb")), stdout=out, stderr=io.StringIO())
        try:
            if not agi.stream_file("111/welcome_choose", "12"):
                agi.wait_for_digit(2000)
            agi.set_variable("ENGINE_LANGUAGE", "kk")
            agi.set_variable("CHANNEL(language)", "kk")
            agi.set_variable("CALLERID(name)", "KK 111")
            agi.stream_file("111/recorded_notice")
            agi.set_variable("ENGINE_STAGE", "wait")
            agi.set_variable("ENGINE_QUEUED", "1795338000000")
            agi.stream_file("111/wait_begin")
            agi.appexec("StartMusicOnHold", "111")
            agi.wait_for_digit(60000)
        except (AGIException, OSError):
            return


class _Pyst2Server(socketserver.ForkingTCPServer):
    request_queue_size = 1024
    max_children = 1000


def start(name: str) -> tuple[subprocess.Popen[str], int]:
    """The server's process and port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.menu_servers", name], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, int(process.stdout.readline())


def _serve(name: str) -> None:
    import uvloop

    if name == PANORAMISK:
        asyncio.run(_panoramisk())
    elif name == UVLOOP:
        uvloop.run(_panoramisk())
    else:
        import asterisk.agi  # noqa: F401 - imported once, before the forks

        with _Pyst2Server(("127.0.0.1", 0), _Pyst2Call) as server:
            print(server.server_address[1], flush=True)
            server.serve_forever()


if __name__ == "__main__":
    _serve(sys.argv[1])
