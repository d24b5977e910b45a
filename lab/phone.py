"""A lab phone: one SIP account or none, one UDP port, any number of calls with real sound; edge."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from lab import in_dialog, outgoing, sdp
from lab.call import ALLOW, SDP, Call
from lab.dialog import Dialog
from lab.identity import Identity
from lab.media import Pacer, Stream
from lab.policy import Answer, Decide, Policy, Reject, Ring, Silent
from lab.registration import Registration
from lab.rtp import Numbering
from lab.sip import Address, Headers, Request, header, respond
from lab.voice import Voice, tone
from lab.wire import Credentials, Seen, Wire


class Phone:
    """Made inside a running event loop; `async with Phone(...)` closes it.

    `here` is the phone's own address (port 0: any), `server` where requests go. `policy` says what to do
    with a call that comes; `voice` what the phone speaks in every call.
    """

    def __init__(
        self,
        here: Address,
        server: Address,
        *,
        user: str = "lab",
        credentials: Credentials | None = None,
        identity: Identity | None = None,
        voice: Voice | None = None,
        policy: Policy | Decide | None = None,
        pacer: Pacer | None = None,
        codecs: tuple[int, ...] = (sdp.ALAW, sdp.ULAW),
    ) -> None:
        self.wire = Wire(here, credentials, self._request, self._seen)
        self.here = self.wire.here
        self.server = server
        self.user = user
        self.identity = identity or Identity(user)
        self.voice = voice or tone(440)
        self.policy: Policy | Decide = policy or Answer()
        self.pacer = pacer or Pacer()
        self.codecs = codecs
        self.events: int | None = sdp.EVENTS  # None: this phone names no telephone events
        self.acknowledges = True  # False: no ACK of ours ever arrives
        self.calls: list[Call] = []  # all, oldest first
        self.numbering: Callable[[], Numbering] = Numbering.random  # how the RTP of a new call begins
        self._by_id: dict[str, Call] = {}
        self._came: asyncio.Queue[Call] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._contact = f"<sip:{user}@{self.here[0]}:{self.here[1]}>"
        self.registration = Registration(self.wire, server, user, self._contact)

    async def __aenter__(self) -> "Phone":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End all calls politely, forget the registration, give the ports back."""
        self.registration.forget()
        live = [] if self.wire.unplugged else [call for call in self.calls if call.state != "ended"]
        if live:
            saying = [asyncio.ensure_future(call.hang_up()) for call in live]
            _, unheard = await asyncio.wait(saying, timeout=0.5)
            for task in unheard:
                task.cancel()
        for call in self.calls:
            call.mark_ended("us")
        for task in self._tasks:
            task.cancel()
        self.wire.close()

    async def register(self, expires: int = 60) -> None:
        """Register and renew until `unregister`. Raises NotRegisteredError, NoAnswerError."""
        await self.registration.start(expires)

    async def unregister(self) -> None:
        """Take the registration back."""
        await self.registration.stop()

    def unplug(self, *, out: bool = True) -> None:
        """Pull the plug: neither SIP nor RTP comes or goes; `out=False` puts it back."""
        self.wire.unplugged = out
        for call in self.calls:
            call.stream.paused = out

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return any(call.state != "ended" for call in self.calls)

    async def next_call(self, within: float = 10.0) -> Call:
        """Await the next call that comes in (those already come count). Raises TimeoutError."""
        async with asyncio.timeout(within):
            return await self._came.get()

    async def dial(
        self,
        number: str,
        identity: Identity | None = None,
        *,
        headers: Headers = (),
        uri: str = "",
        contact: str = "",
        offers: bool = True,
    ) -> Call:
        """Send an INVITE for `number`; the call is returned at once, `await call.answered()` follows.

        `uri` stands in place of the number's SIP URI, `contact` of the phone's own Contact value.
        Without `offers` it holds no SDP: the line offers, and the ACK answers.
        """
        who = identity or self.identity
        uri = uri or f"sip:{number}@{self.server[0]}:{self.server[1]}"
        local = f"{who.from_value(self.here[0])};tag={secrets.token_hex(6)}"
        mine = contact or self._contact
        dialog = Dialog(self.here, mine, secrets.token_hex(10), local, f"<{uri}>", uri)
        call = self._new_call(dialog, self.server, incoming=False)
        offer = call.description("sendrecv") if offers else b""
        described = SDP if offers else ()
        invite = dialog.request("INVITE", (*who.more(), *described, *ALLOW, *headers), offer)
        outgoing.invite(call, invite)
        return call

    async def give_up(self, call: Call) -> None:
        """End a call that nobody has answered: CANCEL ours, decline theirs."""
        if call.incoming:
            self._refuse(call, 603)
        else:
            await outgoing.cancel(call)

    def _new_call(self, dialog: Dialog, peer: Address, *, incoming: bool) -> Call:
        stream = Stream(self.here[0], self.voice, self.numbering())
        call = Call(self, dialog, stream, peer, incoming=incoming)
        self.calls.append(call)
        self._by_id[dialog.call_id] = call
        self.pacer.add(stream)
        return call

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside, until the phone closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _seen(self, seen: Seen) -> None:
        if call := self._by_id.get(header(seen.message, "call-id")):
            call.trace.append(seen)

    def _request(self, request: Request, sender: Address) -> None:
        call = self._by_id.get(header(request, "call-id"))
        if call is not None:
            in_dialog.handle_request(call, request)
        elif request.method == "INVITE":
            self._invited(request, sender)
        elif request.method != "ACK":
            known = request.method in ("OPTIONS", "NOTIFY", "MESSAGE")
            response = respond(request, 200 if known else 481, secrets.token_hex(6), *ALLOW)
            self.wire.transactions.reply(request, response, sender)

    def _invited(self, request: Request, sender: Address) -> None:
        dialog = Dialog.of_request(request, self.here, self._contact)
        call = self._new_call(dialog, sender, incoming=True)
        call.trace.append(self.wire.trace[-1])
        call.invitation = request
        if theirs := sdp.read(request.body):
            call.stream.agree(theirs, send=False)
        policy = self.policy(call) if callable(self.policy) else self.policy
        self.spawn(self._serve(call, policy))
        self._came.put_nowait(call)

    async def _serve(self, call: Call, policy: Policy) -> None:
        assert call.invitation is not None
        match policy:
            case Silent():
                call.deaf = True
            case Ring():
                call.answer(call.invitation, 180)
            case Reject(status, after, to):
                if after:
                    call.answer(call.invitation, 180)
                    await asyncio.sleep(after)
                self._refuse(call, status, to)
            case Answer(after):
                if after:
                    call.answer(call.invitation, 180)
                    await asyncio.sleep(after)
                in_dialog.pick_up(call)

    def _refuse(self, call: Call, status: int, to: str = "") -> None:
        if call.invitation is not None and call.state == "ringing":
            call.status = status
            elsewhere = (("Contact", f"<{to}>"),) if to else ()
            call.answer(call.invitation, status, *elsewhere)
            call.mark_ended("us")
