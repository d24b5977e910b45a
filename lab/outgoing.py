"""An INVITE of ours and what comes back: ringing, answer, refusal, a wish to cancel; edge."""

from time import monotonic

from lab import sdp
from lab.call import Call
from lab.sip import Request, Response, cseq
from lab.transactions import NoAnswerError


def invite(call: Call, request: Request) -> None:
    """Send the INVITE; the call follows its fate by itself."""
    call.invitation = request
    call.dialog.cseq = cseq(request)
    call.phone.wire.transactions.start(request, call.peer, lambda response: _take(call, request, response))


async def cancel(call: Call) -> None:
    """CANCEL; before the first sign of life from the other side it waits for one (RFC 3261, 9.1)."""
    call.cancelling = True
    if call.heard_of:
        await _cancel(call)
    await call.ended(within=40)


async def _cancel(call: Call) -> None:
    invitation = call.invitation
    assert invitation is not None
    kept = tuple(
        (n, v) for n, v in invitation.headers if n in ("Via", "Max-Forwards", "From", "To", "Call-ID")
    )
    number = ("CSeq", f"{cseq(invitation)} CANCEL")
    try:
        await call.phone.wire.transactions.ask(Request("CANCEL", invitation.uri, (*kept, number)), call.peer)
    except NoAnswerError:
        call.mark_ended("us")


def _take(call: Call, request: Request, response: Response | None) -> None:
    if response is None:
        call.mark_ended("us" if call.cancelling else "them")
    elif response.status < 200:
        _provisional(call, response)
    elif response.status < 300:
        _accepted(call, response)
    elif again := call.phone.wire.authorised(request, response):
        invite(call, again)
    else:
        call.status = response.status
        call.mark_ended("us" if call.cancelling else "them", response)


def _provisional(call: Call, response: Response) -> None:
    call.heard_of = True
    if response.status > 100:
        call.mark_ringing()
        if theirs := sdp.read(response.body):
            call.stream.agree(theirs, send=False)
    if call.cancelling:
        call.phone.spawn(_cancel(call))


def _accepted(call: Call, response: Response) -> None:
    offered = call.invitation is not None and bool(call.invitation.body)
    call.acknowledge(response, answers=not offered)
    if call.answered_at is not None:
        return  # a repeated 200: acknowledged again, nothing else
    if theirs := sdp.read(response.body):
        call.stream.agree(theirs, send=True)
    call.mark_answered(next((s.at for s in reversed(call.trace) if s.message is response), monotonic()))
    if call.cancelling:  # too late to cancel: answered meanwhile
        call.phone.spawn(call.hang_up())
