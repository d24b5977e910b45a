"""Supervisors' and consultants' commands about the live line; shown once their event returns; edge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from config.pause_reasons import BREAK
from config.reasons import ReasonRefused, pause_reason
from config.refusals import Code, refused
from config.rights import Right
from config.settings import Language
from config.told import N_
from dialplan import words as w
from engine.control.authorisation import AccessCommands
from engine.control.monitoring import PhoneRefused
from engine.process.local_socket import Answer, Command, CommandRefused, Peer
from recordings.model.access_entry import Action, Actor, Result
from routing.ami.client import AmiDown, AmiError, AmiTimeout
from routing.live.endpoints import SUPERVISOR
from routing.live.monitoring import Mode

if TYPE_CHECKING:
    from engine.control.engine_parts import EngineParts
    from routing.dispatch.views import CallerView, SeatView

MORE: Final = 60.0  # seconds that "+1 minute" adds to wrap-up
MOST: Final = 600.0  # seconds of wrap-up: whoever needs more takes a pause, with its reason
SPIED: Final[dict[Mode, Action]] = {
    "listen": Action.LISTENED_LIVE,
    "whisper": Action.WHISPERED,
    "barge": Action.BARGED,
}


class SteeringCommands:
    """Each checks the right of whoever asks, is carried out, and stands in the access log."""

    def __init__(self, engine: EngineParts, access: AccessCommands) -> None:
        self._engine = engine
        self._access = access

    def by_name(self) -> Mapping[str, Command]:
        """The commands by the word they are asked with."""
        return {
            "steer.spy": self.spy,
            "steer.spy_end": self.spy_end,
            "steer.move_up": self.move_up,
            "steer.assign": self.assign,
            "steer.unassign": self.unassign,
            "consultants.pause": self.pause,
            "consultants.unpause": self.unpause,
            "steer.wrap_up_end": self.wrap_up_end,
            "shift.start": self.shift_start,
            "shift.end": self.shift_end,
            "desk.wrap_up_more": self.wrap_up_more,
            "desk.transfer_1414": self.transfer_1414,
            "queue.divert": self.divert,
            "queue.undivert": self.undivert,
        }

    async def spy(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Ring the supervisor's own phone and let it hear the consultant's conversation."""
        who = self._access.require_right(peer, request, Right.SPY)
        mode, phone = str(request.get("mode", "")), str(request.get("phone", ""))
        if mode not in get_args(Mode):
            raise CommandRefused(refused(Code.UNKNOWN_MODE))
        if not SUPERVISOR.fullmatch(phone) or phone not in self._engine.names():
            raise CommandRefused(refused(Code.NO_OWN_PHONE))
        if self._engine.line.live.reach.get(phone) != "reachable":
            raise CommandRefused(refused(Code.PHONE_NOT_REGISTERED, phone=phone))
        seat = self._seat(request.get("consultant"))
        channel = self._channel(seat, request.get("call"))
        spied = cast(Mode, mode)
        # First the log, then the ear: nobody listens unseen (A5).
        subject = f"call {seat.call} consultant {seat.id}"
        noted = await self._access.log_first(who, SPIED[spied], [subject], "", N_("nobody may listen"))
        try:
            await self._end_spying(phone)
            id_ = await self._engine.spying.begin(spied, phone, channel, seat.id)
        except CommandRefused:
            self._access.log_failed(noted[0], Result.FAILED, "Asterisk did not answer")
            raise
        except PhoneRefused as why:
            did = "forwards its calls" if why.forwards else "did not ring"
            self._access.log_failed(noted[0], Result.FAILED, f"{phone} {did}")
            if why.forwards:
                raise CommandRefused(refused(Code.PHONE_FORWARDS, phone=phone)) from why
            raise CommandRefused(refused(Code.PHONE_NOT_FREE, phone=phone, answer=why.answer)) from why
        except (OSError, AmiDown, AmiError, AmiTimeout) as why:
            self._access.log_failed(noted[0], Result.FAILED, f"{phone} did not ring")
            raise CommandRefused(
                refused(
                    Code.PHONE_NOT_RUNG,
                    phone=phone,
                    name=type(why).__name__,
                )
            ) from why
        return {"id": id_, "phone": phone, "mode": mode}

    async def spy_end(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Hang the supervisor's phone up; an administrator who closes an account ends its listening, too."""
        closes = request.get("closes") is True
        who = self._access.require_right(peer, request, Right.ACCOUNTS if closes else Right.SPY)
        phone = str(request.get("phone", ""))
        ended = await self._end_spying(phone)
        if ended:
            await self._access.log_after(who, Action.STEERED, f"phone {phone}", "listening ended")
        return {"ended": ended}

    async def move_up(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """This caller is the next one."""
        who = self._access.require_right(peer, request, Right.STEER)
        caller = self._waiting(request.get("call"))
        self._engine.dispatch.move_up(caller.call)
        await self._access.log_after(who, Action.STEERED, f"call {caller.call}", "moved up")
        return {"call": caller.call}

    async def assign(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """This caller to this consultant, as soon as the consultant is free."""
        who = self._access.require_right(peer, request, Right.STEER)
        caller, seat = self._waiting(request.get("call")), self._seat(request.get("consultant"))
        if seat.state in ("unreachable", "paused", "off_shift") or seat.off or seat.pause is not None:
            raise CommandRefused(refused(Code.TAKES_NO_CALLS, id=seat.id))
        self._engine.dispatch.assign_to(caller.call, seat.id)
        await self._access.log_after(who, Action.STEERED, f"call {caller.call}", f"given to {seat.id}")
        return {"call": caller.call, "consultant": seat.id}

    async def unassign(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """This caller to anybody again."""
        who = self._access.require_right(peer, request, Right.STEER)
        caller = self._waiting(request.get("call"))
        self._engine.dispatch.unassign(caller.call)
        await self._access.log_after(who, Action.STEERED, f"call {caller.call}", "given to anybody")
        return {"call": caller.call}

    async def pause(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Pause one with a reason."""
        id_, reason = str(request.get("id", "")), str(request.get("reason", "") or BREAK)
        who = self._access.require_steering(peer, request, id_)
        try:
            pause_reason(reason)
        except ReasonRefused as why:
            raise CommandRefused(str(why)) from None
        if not self._engine.consultants.pause(id_, reason):
            raise CommandRefused(refused(Code.UNKNOWN_CONSULTANT, id=id_))
        await self._access.log_after(who, Action.PAUSED, f"consultant {id_}", reason)
        return {"id": id_, "reason": reason}

    async def unpause(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Release one from a pause."""
        id_ = str(request.get("id", ""))
        who = self._access.require_steering(peer, request, id_)
        free = self._engine.consultants.release_consultant
        if request.get("only") == "pause":  # a wrap-up goes on
            free = self._engine.consultants.end_pause
        if not free(id_):
            raise CommandRefused(refused(Code.UNKNOWN_CONSULTANT, id=id_))
        await self._access.log_after(who, Action.UNPAUSED, f"consultant {id_}")
        return {"id": id_}

    async def wrap_up_end(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """A wrap-up that nobody ends."""
        who, seat = self._steered(peer, request)
        if seat.state != "wrap_up":
            raise CommandRefused(refused(Code.NOT_IN_WRAP_UP, id=seat.id))
        self._engine.dispatch.wrap_up_ended(seat.id)
        await self._access.log_after(who, Action.STEERED, f"consultant {seat.id}", "wrap-up ended")
        return {"id": seat.id}

    async def wrap_up_more(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """One minute more of wrap-up."""
        who, seat = self._steered(peer, request)
        if seat.state != "wrap_up" or seat.left is None:
            raise CommandRefused(refused(Code.NOT_IN_WRAP_UP, id=seat.id))
        if seat.left > MOST:
            raise CommandRefused(refused(Code.WRAP_UP_LONG_ENOUGH))
        self._engine.consultants.extend_wrap_up(seat.id, MORE)
        await self._access.log_after(
            who, Action.STEERED, f"consultant {seat.id}", "one minute more of wrap-up"
        )
        return {"id": seat.id}

    async def shift_start(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Ready for calls."""
        return await self._shift(peer, request, self._engine.consultants.start_shift, "shift started")

    async def shift_end(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Logged out: no more calls; the one at hand goes on."""
        return await self._shift(peer, request, self._engine.consultants.end_shift, "shift ended")

    async def transfer_1414(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """As if the consultant had pressed the feature code: the caller is told, then transferred (A14)."""
        who, seat = self._steered(peer, request)
        channel = self._channel(seat, request.get("call"))
        call = self._engine.line.find(seat.call or "")
        if call is None:
            raise CommandRefused(refused(Code.NOT_TALKING, id=seat.id))
        try:
            wish = {"Channel": call.channel, "Variable": w.WISH, "Value": "1414"}
            await self._engine.ami.send("Setvar", wish)
            await self._engine.ami.send("Hangup", {"Channel": channel, "Cause": "16"})
        except (AmiDown, AmiError, AmiTimeout) as why:
            raise CommandRefused(refused(Code.ASTERISK_REFUSED, name=type(why).__name__)) from why
        await self._access.log_after(who, Action.STEERED, f"call {seat.call}", "to 1414")
        return {"call": seat.call}

    async def divert(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """A whole queue to the duty phone."""
        return await self._divert(peer, request, True)

    async def undivert(self, peer: Peer, request: Mapping[str, Any]) -> Answer:
        """Back to the consultants."""
        return await self._divert(peer, request, False)

    async def _divert(self, peer: Peer, request: Mapping[str, Any], on: bool) -> Answer:
        who = self._access.require_right(peer, request, Right.STEER)
        language = str(request.get("language", ""))
        if language not in get_args(Language):
            raise CommandRefused(refused(Code.UNKNOWN_QUEUE))
        self._engine.consultants.divert(cast(Language, language), on)
        what = "diverted to the duty phone" if on else "back to the consultants"
        await self._access.log_after(who, Action.STEERED, f"queue {language}", what)
        return {"language": language, "diverted": on}

    async def _shift(
        self, peer: Peer, request: Mapping[str, Any], do: Callable[[str], bool], what: str
    ) -> Answer:
        who, seat = self._steered(peer, request)
        do(seat.id)
        await self._access.log_after(who, Action.STEERED, f"consultant {seat.id}", what)
        return {"id": seat.id}

    def _steered(self, peer: Peer, request: Mapping[str, Any]) -> tuple[Actor, SeatView]:
        seat = self._seat(request.get("id"))
        return self._access.require_steering(peer, request, seat.id), seat

    def _seat(self, id_: object) -> SeatView:
        for seat in self._engine.dispatch.snapshot().consultants:
            if seat.id == str(id_ or ""):
                return seat
        raise CommandRefused(refused(Code.NO_SUCH_CONSULTANT))

    def _waiting(self, call: object) -> CallerView:
        for caller in self._engine.dispatch.snapshot().callers:
            if caller.call == str(call or "") and caller.phase in ("waiting", "ringing"):
                return caller
        raise CommandRefused(refused(Code.NO_LONGER_WAITS))

    def _channel(self, seat: SeatView, meant: object = None) -> str:
        """The consultant's leg of the conversation; never its prefix, which would fit later calls, too.

        `meant`: the call that whoever asks had before their eyes; it may have ended, another one begun.
        """
        if meant is not None and seat.call != meant:
            raise CommandRefused(refused(Code.CALL_OVER))
        call = self._engine.line.find(seat.call or "")
        legs = call.legs.talking() if call else []
        for leg in legs:
            if leg.device == seat.id and leg.channel:
                return leg.channel
        raise CommandRefused(refused(Code.NOT_TALKING, id=seat.id))

    async def _end_spying(self, phone: str) -> bool:
        spies = [one for one in self._engine.line.live.spies.values() if one.phone == phone]
        for one in spies:
            try:
                await self._engine.ami.send("Hangup", {"Channel": one.id})
            except AmiError:
                continue  # it has ended by itself
            except (AmiDown, AmiTimeout) as why:
                raise CommandRefused(refused(Code.ASTERISK_SILENT)) from why
        if spies:
            await asyncio.sleep(0.3)  # the phone must be free before it is rung again
        return bool(spies)
