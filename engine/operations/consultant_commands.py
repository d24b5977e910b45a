"""Orders about consultants and queues, by feature code, page or command, told to the dispatcher; edge."""

from collections.abc import Callable
from typing import Any

import structlog

from config.settings import Language
from routing.dispatch.service import DispatchService

log = structlog.get_logger()


class ConsultantCommands:
    """ShiftCommands of the feature codes; each order about a consultant answers whether there is such a one.

    `changed` hears of every order: pauses, shifts and diversions are kept and mirrored at once.
    """

    def __init__(self, desk: DispatchService, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._changed = changed

    def pause(self, consultant: str, reason: str) -> bool:
        """A consultant's own wish, or an order."""
        said = log.bind(reason=reason)
        return self._carry_out(
            "consultant_paused", consultant, lambda id_: self._desk.paused(id_, reason), said=said
        )

    def end_pause(self, consultant: str) -> bool:
        """The pause ends, and the pass-over after a missed ring; what is at hand goes on, wrap-up too."""
        return self._carry_out("pause_ended", consultant, self._desk.released)

    def release_consultant(self, consultant: str) -> bool:
        """Ready for calls: the pause ends, and so does wrap-up."""
        steps = (self._desk.shift_started, self._desk.released, self._desk.wrap_up_ended)
        return self._carry_out("consultant_released", consultant, *steps)

    def start_shift(self, consultant: str) -> bool:
        """Ready for calls; a wrap-up under way goes on."""
        return self._carry_out("shift_started", consultant, self._desk.shift_started)

    def end_shift(self, consultant: str) -> bool:
        """Home time; the call at hand goes on."""
        return self._carry_out("shift_ended", consultant, self._desk.shift_ended)

    def extend_wrap_up(self, consultant: str, seconds: float) -> bool:
        """More time after the call."""
        return self._carry_out(
            "wrap_up_extended", consultant, lambda id_: self._desk.wrap_up_extended(id_, seconds)
        )

    def _carry_out(self, event: str, consultant: str, *steps: Callable[[str], None], said: Any = log) -> bool:
        """Whether there is such a consultant: then the steps are taken, logged, and told to `changed`."""
        if not self._desk.known(consultant):
            return False
        for step in steps:
            step(consultant)
        said.info(event, consultant=consultant)
        self._changed()
        return True

    def divert(self, language: Language, on: bool) -> None:
        """All callers of a language to the duty phone, or back to the consultants."""
        if on:
            self._desk.divert(language)
        else:
            self._desk.undivert(language)
        log.warning("queue_diverted" if on else "queue_undiverted", language=language)
        self._changed()
