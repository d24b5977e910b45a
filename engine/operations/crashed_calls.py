"""Calls that ended with Asterisk: when that was, from what is known of its death and of each call; edge."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from dialplan import words as w
from dialplan.recording_names import day_of
from engine.process.asterisk_exits import day_folders, first_after, last_growth, read
from routing.live.live_call import OngoingCall, milliseconds


@dataclass(frozen=True, slots=True)
class CrashedCalls:
    """Ends a call at the death of its Asterisk, never at the moment we happen to look (A19).

    Known best from the supervisor, who saw the death; else the sound recorded last tells.
    """

    deaths: Path
    audio: Path
    zone: ZoneInfo

    def ends(self, at: float, *, certain: bool) -> Callable[[OngoingCall], float]:
        """For calls that are no more at `at` (epoch seconds): marks who was cut off, gives each one's end.

        `certain`: no log has an end of theirs, so Asterisk died; else they may have ended unseen by us.
        """
        deaths = read(self.deaths)

        def end(call: OngoingCall) -> float:
            arrived = milliseconds(call.word(w.ARRIVED))
            begun = call.born_at or arrived or 0.0
            died = first_after(deaths, begun)  # a call never outlives its Asterisk
            known = died is not None and died <= at
            call.cut_off = certain or known
            lived = call.seen_at or begun
            if known:
                return min(max(died or 0.0, lived), at)
            heard = self._heard(call, arrived or begun)
            if heard is None and not certain:
                return at
            return min(max(heard or 0.0, lived), at) or at

        return end

    def _heard(self, call: OngoingCall, arrived: float) -> float | None:
        if not (call_id := call.word(w.CALL)) or not arrived:
            return None
        day = day_of(arrived, self.zone)
        return last_growth(day_folders(self.audio, day), call_id)
