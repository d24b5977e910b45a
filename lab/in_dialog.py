"""Requests that come inside a call: re-INVITE, BYE, CANCEL, INFO, UPDATE and the like; edge."""

import re
from time import monotonic

from lab import sdp
from lab.call import SDP, Call
from lab.ear import Digit
from lab.sip import Request, cseq, header


def pick_up(call: Call) -> None:
    """Answer a ringing call with 200 and begin to talk."""
    if call.invitation is None or call.state != "ringing" or not call.incoming:
        return
    call.answer(call.invitation, 200, *SDP, body=call.description("sendrecv"))
    call.stream.sending = True
    call.mark_answered(monotonic())


def handle_request(call: Call, request: Request) -> None:
    """Act on one new request of this call."""
    if call.deaf or not _in_order(call, request):
        return
    match request.method:
        case "ACK":
            if theirs := sdp.read(request.body):  # the INVITE came without an offer: here is the answer
                call.stream.agree(theirs, send=True)
        case "BYE":
            call.answer(request, 200 if call.state != "ended" else 481)
            call.mark_ended("them", request)
        case "CANCEL":
            _cancelled(call, request)
        case "INVITE" | "UPDATE":
            _renegotiate(call, request)
        case "INFO":
            _info(call, request)
        case "OPTIONS":
            if (status := call.options(request)) is not None:
                call.answer(request, status)
        case "NOTIFY" | "MESSAGE":
            call.answer(request, 200)
        case _:
            call.answer(request, 405)


def _in_order(call: Call, request: Request) -> bool:
    """Whether a strict phone takes the request: its number is the highest so far (RFC 3261 12.2.2)."""
    if call.strict is None or request.method in ("ACK", "CANCEL"):
        return True
    if cseq(request) <= call.strict:
        call.answer(request, 500)
        return False
    call.strict = cseq(request)
    return True


def _cancelled(call: Call, request: Request) -> None:
    call.answer(request, 200)
    if call.invitation is not None and call.state == "ringing":
        call.status = 487
        call.answer(call.invitation, 487)
        call.mark_ended("them", request)


def _renegotiate(call: Call, request: Request) -> None:
    if call.state == "ended":
        call.answer(request, 481)
        return
    if call.offering:
        call.answer(request, 491)
        return
    call.dialog.learn(request)
    theirs = sdp.read(request.body)
    if theirs is None:  # no offer: UPDATE needs no answer, re-INVITE wants our offer
        body = call.description(call.direction) if request.method == "INVITE" else b""
        call.answer(request, 200, *(SDP if body else ()), body=body)
        return
    held = call.direction == "sendonly"  # by us: that stays until we take it back
    direction = (
        "sendonly" if held and theirs.direction == "recvonly" else sdp.answer_direction(theirs.direction)
    )
    call.stream.agree(theirs, send=direction == "sendrecv")
    call.answer(request, 200, *SDP, body=call.description(direction))


def _info(call: Call, request: Request) -> None:
    kind = header(request, "content-type").lower()
    body = request.body.decode("latin-1")
    if kind == "application/dtmf-relay" and (found := re.search(r"Signal\s*=\s*([0-9A-D*#])", body, re.I)):
        call.ear.digits.append(Digit(monotonic(), found[1].upper(), "info"))
    elif kind == "application/dtmf" and body.strip():
        call.ear.digits.append(Digit(monotonic(), body.strip()[0], "info"))
    call.answer(request, 200)
