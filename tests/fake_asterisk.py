"""Ring 2: a fake Asterisk that dials in over real TCP and answers as res_agi does, in its order.

It reads its lines as Asterisk does, through stdio: all that has arrived is taken at once, one line runs, and
a line left in that buffer is seen by no running command. Digits pressed while no command waits are lost.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Ring:
    """How one Dial goes: `seconds` until it ends, or until `ended` is set; the caller may hang up in it."""

    status: str = "ANSWER"
    cause: int = 16
    seconds: float = 0.0
    caller_hangs_up: bool = False
    ended: asyncio.Event | None = None


@dataclass
class FakeCall(asyncio.Protocol):
    """One call. Script it with `when_hears` and `rings`, or act on it: `press`, `hang_up`."""

    prompt_seconds: float = 0.01
    missing: set[str] = field(default_factory=set)  # sounds that do not exist
    rings: deque[Ring] = field(default_factory=deque)
    variables: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)  # what happened, in order: "hears 111/menu", "dials ..."
    lines: list[bytes] = field(default_factory=list)  # every line that was run
    dead: bool = False
    slow_read: float = 0.0  # seconds Asterisk's thread sleeps before it reads a line

    def __post_init__(self) -> None:
        self._kernel = b""
        self._stdio = b""
        self._eof = False
        self._gone = False
        self._digits: deque[str] = deque()
        self._stir = asyncio.Event()
        self._acts: dict[str, Callable[[], None]] = {}
        self.over = asyncio.Event()  # the AGI application has ended
        self.language = "kk"

    # What the caller does.

    def when_hears(self, sound: str, press: str = "", hang_up: bool = False) -> None:
        """Act when the prompt `sound` begins ("ru/menu": that language only)."""
        self._acts[sound] = self.hang_up if hang_up else lambda: self.press(press)

    def press(self, digits: str) -> None:
        """The caller presses keys, one by one."""
        self._digits.extend(digits)
        self._stir.set()

    def hang_up(self) -> None:
        """The caller hangs up."""
        self._gone = True
        self._stir.set()

    # The wire.

    async def dial_in(self, host: str, port: int, request: str, header: dict[str, str | bytes]) -> None:
        """Connect and send the header; `request` is path and query."""
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_connection(lambda: self, host, port)
        head: dict[str, str | bytes] = {
            "agi_network": "yes",
            "agi_network_script": request,
            "agi_request": f"agi://{host}:{port}/{request}",
        }
        head |= {"agi_channel": "PJSIP/trunk-00000001", "agi_uniqueid": "1700000000.1", "agi_language": "kk"}
        head |= {"agi_callerid": "+77000000001", "agi_calleridname": "unknown"} | header
        for name, value in head.items():
            self._send(name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()))
        self._send(b"")
        self._task = loop.create_task(self._run())

    def _send(self, line: bytes | str) -> None:
        self.transport.write((line.encode() if isinstance(line, str) else line) + b"\n")

    def data_received(self, data: bytes) -> None:
        self._kernel += data
        self._stir.set()

    def eof_received(self) -> bool:
        self._eof = True
        self._stir.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.eof_received()

    def _readable(self) -> bool:
        return bool(self._kernel) or self._eof

    async def _stirred(self, seconds: float | None) -> bool:
        self._stir.clear()
        try:
            await asyncio.wait_for(self._stir.wait(), seconds)
        except TimeoutError:
            return False
        return True

    # res_agi's run_agi().

    async def _run(self) -> None:
        while True:
            if self._gone and not self.dead:
                self.dead = True
                self._send("HANGUP")
            self._digits.clear()
            if not self._readable():
                await self._stirred(None)
                continue
            line = await self._fgets()
            if line is None:
                break
            await self._handle(line)
        self.transport.close()
        self.over.set()

    async def _fgets(self) -> bytes | None:
        if b"\n" not in self._stdio:
            if self.slow_read:
                await asyncio.sleep(self.slow_read)
            self._stdio, self._kernel = self._stdio + self._kernel, b""
        line, end, rest = self._stdio.partition(b"\n")
        if not end:
            return None if self._eof else b""
        self._stdio = rest
        return line

    async def _handle(self, line: bytes) -> None:
        self.lines.append(line)
        argv = [word.decode() for word in parse_args(line)]
        name = next((" ".join(argv[:n]) for n in (3, 2, 1) if " ".join(argv[:n]) in _USES), "")
        if not name:
            self._send("510 Invalid or unknown command")
            return
        if self.dead and name in ("STREAM FILE", "WAIT FOR DIGIT", "CHANNEL STATUS", "ANSWER"):
            self._send("511 Command Not Permitted on a dead channel or intercept routine")
            return
        args = argv[len(name.split()) :]
        if not _USES[name] <= len(args):
            self._send(
                "520-Invalid command syntax.  Proper usage follows:\nUsage: as you please\n\n"
                "520 End of proper usage."
            )
            return
        match name:
            case "STREAM FILE":
                await self._stream(*args)
            case "WAIT FOR DIGIT":
                await self._wait_for_digit(int(args[0]) / 1000)
            case "EXEC":
                await self._exec(*args)
            case "SET VARIABLE":
                self._set(*args)
                self._send("200 result=1")
            case "GET VARIABLE":
                value = self.variables.get(args[0], "")
                self._send(f"200 result=1 ({value})" if value else "200 result=0")
            case "CHANNEL STATUS":
                self._send("200 result=6")
            case _:
                self._send("200 result=0")

    def _set(self, name: str, value: str) -> None:
        if name == "CHANNEL(language)":
            self.language = value
        self.variables[name] = value

    async def _wait(self, seconds: float, keys: str | None) -> str:
        """What ended the wait: "hangup", "line", "time", or the digit."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            if self._gone:
                return "hangup"
            while self._digits:
                digit = self._digits.popleft()
                if keys is None or digit in keys:
                    return digit
            if self._readable():
                return "line"
            left = end - loop.time()
            if left <= 0 or not await self._stirred(left):
                return "time"

    async def _stream(self, sound: str, keys: str) -> None:
        if self._gone or not self._begins(sound):
            self._send("200 result=-1 endpos=0")
            return
        match await self._wait(self.prompt_seconds, keys):
            case "line":
                return  # "don't print a result line, as there is a new command"
            case "hangup":
                self._send("200 result=-1 endpos=160")
            case "time":
                self._heard(sound)
                self._send("200 result=0 endpos=8000")
            case digit:
                self._send(f"200 result={ord(digit)} endpos=4000")

    async def _wait_for_digit(self, seconds: float) -> None:
        match await self._wait(seconds, None):
            case "line":
                self._send("200 result=1")
            case "hangup":
                self._send("200 result=-1")
            case "time":
                self._send("200 result=0")
            case digit:
                self._send(f"200 result={ord(digit)}")

    async def _exec(self, application: str, data: str = "") -> None:
        if application == "MSet":
            for pair in data.split(","):
                self._set(*pair.split("=", 1))
        else:
            self._runs(application, data)
        result = 0
        if application == "Dial" and not self.dead:
            await self._dial(data)
            result = -1 if self._gone else 0
        self._send(f"200 result={result}")

    # What a test that is more than a list of acts may put its own in place of.

    def _begins(self, sound: str) -> bool:
        """A prompt begins; False when there is no such file."""
        if sound in self.missing or f"{self.language}/{sound}" in self.missing:
            return False
        self.told.append(f"hears {self.language}/{sound}")
        for heard in (sound, f"{self.language}/{sound}"):
            self._acts.get(heard, _nothing)()
        return True

    def _heard(self, sound: str) -> None:
        """A prompt was heard to its end."""

    def _runs(self, application: str, data: str) -> None:
        """An application begins."""
        self.told.append(f"{application} {data}".strip())

    async def _dial(self, data: str) -> None:
        """A Dial, from its beginning to its end."""
        ring = self.rings.popleft() if self.rings else Ring()
        if ring.ended is not None:
            await ring.ended.wait()
        await asyncio.sleep(ring.seconds)
        self._gone |= ring.caller_hangs_up
        self.variables["DIALSTATUS"] = ring.status
        self.variables["HANGUPCAUSE"] = str(ring.cause)


def _nothing() -> None:
    return None


# The least number of arguments each command takes.
_USES = {
    "STREAM FILE": 2,
    "WAIT FOR DIGIT": 1,
    "EXEC": 1,
    "SET VARIABLE": 2,
    "GET VARIABLE": 1,
    "CHANNEL STATUS": 0,
    "ANSWER": 0,
    "NOOP": 0,
}


def parse_args(line: bytes) -> list[bytes]:
    """Words of a line as res_agi's parse_args() finds them, its quirks included."""
    words: list[bytearray] = []
    quoted = escaped = False
    whitespace = True
    for byte in line:
        char = bytes((byte,))
        if char == b'"' and not escaped:
            quoted = not quoted
            if quoted and whitespace:
                words.append(bytearray())
                whitespace = False
        elif char in b" \t" and not quoted and not escaped:
            whitespace = True
        elif char == b"\\" and not escaped:
            escaped = True
        else:
            if whitespace:
                words.append(bytearray())
                whitespace = False
            words[-1] += char
            escaped = False
    return [bytes(word) for word in words]


async def ring_up(
    port: int,
    request: str = "call?token=secret",
    *,
    host: str = "127.0.0.1",
    header: dict[str, str | bytes] | None = None,
    **script: object,
) -> FakeCall:
    """A call that has just dialled in; `script` as FakeCall's fields."""
    call = FakeCall(**script)  # type: ignore[arg-type]
    await call.dial_in(host, port, request, header or {})
    return call
