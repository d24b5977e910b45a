"""One call of a lab phone, from either side: what can be done with it and what has happened; edge."""

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Literal, Protocol

from lab import listening, sdp
from lab.dialog import Dialog
from lab.media import Pacer, Stream
from lab.sip import Address, Headers, Message, Request, Response, cseq, header, respond
from lab.transactions import NoAnswerError
from lab.voice import Voice, key
from lab.wire import Seen, Wire

State = Literal["calling", "ringing", "talking", "ended"]
SDP: Headers = (("Content-Type", "application/sdp"),)
ALLOW: Headers = (("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE"),)


class RefusedError(Exception):
    """The call ended before anybody answered; status 0 when no SIP answer came at all."""

    def __init__(self, status: int) -> None:
        super().__init__(f"call refused: {status}")
        self.status = status


class CallingPhone(Protocol):
    """What a call needs of its phone."""

    wire: Wire
    pacer: Pacer
    codecs: tuple[int, ...]
    events: int | None
    acknowledges: bool

    async def give_up(self, call: "Call") -> None:
        """End a call that nobody has answered."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside, until the phone closes."""
        ...


class Call(listening.Listening):
    """Times are time.monotonic. `ended_by` is who ended it, `reasons` the Reason headers that came."""

    def __init__(
        self, phone: CallingPhone, dialog: Dialog, stream: Stream, peer: Address, *, incoming: bool
    ) -> None:
        self.phone = phone
        self.dialog = dialog
        self.stream = stream
        self.ear = stream.ear
        self.peer = peer
        self.incoming = incoming
        self.state: State = "ringing" if incoming else "calling"
        self.status = 0  # final answer to the INVITE
        self.ended_by: Literal["us", "them"] | None = None
        self.reasons: list[str] = []
        self.trace: list[Seen] = []
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.version = 0  # of our session description
        self.direction: sdp.Direction = "sendrecv"
        self.invitation: Request | None = None  # the INVITE that began it
        self.heard_of = False  # the other side has given a sign of life
        self.cancelling = False
        self.deaf = False  # plays dead
        self.options: Callable[[Request], int | None] = lambda request: 200  # what OPTIONS is answered with
        self.strict: int | None = None  # a number: requests below or at the highest so far get 500
        self.offering = False  # a re-INVITE of ours is under way
        self._rings = asyncio.Event()
        self._answered = asyncio.Event()
        self._over = asyncio.Event()

    # What happens

    async def rings(self, within: float = 10.0) -> "Call":
        """Await 180 or 183. Raises TimeoutError, RefusedError."""
        return await self._until(self._rings, within)

    async def answered(self, within: float = 30.0) -> "Call":
        """Await the answer. Raises TimeoutError, RefusedError."""
        return await self._until(self._answered, within)

    async def ended(self, within: float = 60.0) -> "Call":
        """Await the end, from either side. Raises TimeoutError."""
        async with asyncio.timeout(within):
            await self._over.wait()
        return self

    async def _until(self, event: asyncio.Event, within: float) -> "Call":
        async with asyncio.timeout(within):
            await event.wait()
        if self.state == "ended" and self.answered_at is None:
            raise RefusedError(self.status)
        return self

    def seen(self, what: str, *, outgoing: bool | None = None) -> list[float]:
        """When messages such as `INVITE` or `200 BYE` came or went."""
        return [s.at for s in self.trace if s.what == what and outgoing in (None, s.outgoing)]

    def mark_ringing(self) -> None:
        """The other side rings."""
        if self.state == "calling":
            self.state = "ringing"
        self._rings.set()

    def mark_answered(self, at: float) -> None:
        """Both sides talk."""
        if self.state != "ended":
            self.state, self.answered_at, self.status = "talking", at, 200
            self._rings.set()
            self._answered.set()

    def mark_ended(self, by: Literal["us", "them"], message: Message | None = None) -> None:
        """The call is over; what was heard stays."""
        if message and (reason := header(message, "reason")):
            self.reasons.append(reason)
        if self.state == "ended":
            return
        at = next((seen.at for seen in reversed(self.trace) if seen.message is message), monotonic())
        self.state, self.ended_by, self.ended_at = "ended", by, at
        self.phone.pacer.remove(self.stream)
        for event in (self._rings, self._answered, self._over):
            event.set()

    # What one does

    async def hang_up(self, reason: str = "") -> None:
        """BYE when talking, CANCEL or a refusal before; returns when the other side has confirmed it."""
        if self.state == "talking":
            bye = self.dialog.request("BYE", (("Reason", reason),) if reason else ())
            try:  # 481 means the other side was quicker: over all the same
                answered = asyncio.ensure_future(self.phone.wire.ask(bye, self.peer))
                self.mark_ended("us")
                await answered
            except NoAnswerError:
                return
        elif self.state != "ended":
            await self.phone.give_up(self)

    cancel = hang_up

    async def hold(self, direction: sdp.Direction = "sendonly") -> int:
        """Put the other side on hold by re-INVITE; the phone then sends no sound. Returns the status."""
        return await self.reinvite(direction)

    async def unhold(self, *, renumber: bool = False, new_ssrc: bool = False) -> int:
        """Come back; with `renumber` as a phone that restarts its RTP numbering lower."""
        if renumber:
            self.stream.numbering.renumber(lower=True, new_ssrc=new_ssrc)
        return await self.reinvite("sendrecv")

    async def reinvite(self, direction: sdp.Direction) -> int:
        """Offer a new direction; asked again after 491 (both at once). Returns the final status."""
        for _ in range(5):
            offer = self.dialog.request("INVITE", (*SDP, *ALLOW), self.description(direction))
            response = await self._reinvited(offer)
            if response is None or response.status != 491:
                break
            await asyncio.sleep(0.1 if self.incoming else 0.6)  # not both at once again (RFC 3261, 14.1)
        if response is None or response.status >= 300:
            return response.status if response else 0
        self.direction = direction
        if theirs := sdp.read(response.body):
            self.stream.agree(theirs, send=direction == "sendrecv")
        return response.status

    async def ask_offer(self) -> Response | None:
        """A re-INVITE without SDP: the line offers anew, our ACK answers. Returns its final response."""
        response = await self._reinvited(self.dialog.request("INVITE", ALLOW))
        if response and (theirs := sdp.read(response.body)):
            self.stream.agree(theirs, send=self.direction == "sendrecv")
        return response

    async def _reinvited(self, offer: Request) -> Response | None:
        self.offering = True
        done: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()

        def take(response: Response | None) -> None:
            if response and response.status < 200:
                return
            if response and response.status < 300:
                self.acknowledge(response, answers=not offer.body)
            if not done.done():
                done.set_result(response)

        self.phone.wire.transactions.start(offer, self.peer, take)
        response = await done
        self.offering = False
        return response

    async def press(
        self,
        digits: str,
        by: Literal["rfc4733", "dtmf-relay", "dtmf", "sound"] = "rfc4733",
        *,
        milliseconds: int = 100,
    ) -> None:
        """Press keys: in RTP, by INFO with application/dtmf-relay or dtmf, or as tones; returns when sent."""
        for digit in digits:
            if by == "sound":
                before, self.stream.voice = self.stream.voice, key(digit)
                await asyncio.sleep(milliseconds / 1000)
                self.stream.voice = before
                await asyncio.sleep(0.1)
                continue
            if by == "rfc4733":
                self.stream.press(digit, max(1, milliseconds // 20))
                continue
            body = f"Signal={digit}\r\nDuration={milliseconds}\r\n" if by == "dtmf-relay" else digit
            headers = (("Content-Type", f"application/{by}"),)
            await self.phone.wire.ask(self.dialog.request("INFO", headers, body.encode()), self.peer)
        while self.stream.pressing and self.state != "ended":
            await listening.glance()

    def say(self, voice: Voice) -> None:
        """Speak with another voice from now on."""
        self.stream.voice = voice

    # Parts of the protocol that phone.py needs

    def description(self, direction: sdp.Direction) -> bytes:
        """Our next session description."""
        self.version += 1
        return sdp.write(
            sdp.Session(self.stream.address, self.phone.codecs, self.phone.events, direction), self.version
        )

    def acknowledge(self, response: Response, *, answers: bool = False) -> None:
        """ACK a 2xx, each time it comes; it `answers` the line's offer when ours held none."""
        self.dialog.learn(response)
        body = self.description(self.direction) if answers else b""
        if self.phone.acknowledges:
            ack = self.dialog.request("ACK", SDP if body else (), body, cseq=cseq(response))
            self.phone.wire.send(ack, self.peer)

    def answer(self, request: Request, status: int, *more: tuple[str, str], body: bytes = b"") -> None:
        """Answer a request of this call."""
        own = () if any(name == "Contact" for name, _ in more) else (("Contact", self.dialog.contact),)
        extra = (*own, *ALLOW, *more)
        response = respond(request, status, self.dialog.local_tag, *extra, body=body)
        self.phone.wire.transactions.reply(request, response, self.peer)
