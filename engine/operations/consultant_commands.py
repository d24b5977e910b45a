"""Orders about consultants and queues, by feature code, page or command, told to the dispatcher; edge."""

from collections.abc import Callable

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
        if not self._desk.known(consultant):
            return False
        self._desk.paused(consultant, reason)
        log.info("consultant_paused", consultant=consultant, reason=reason)
        self._changed()
        return True

    def end_pause(self, consultant: str) -> bool:
        """The pause ends, and the pass-over after a missed ring; what is at hand goes on, wrap-up too."""
        if not self._desk.known(consultant):
            return False
        self._desk.released(consultant)
        log.info("pause_ended", consultant=consultant)
        self._changed()
        return True

    def release_consultant(self, consultant: str) -> bool:
        """Ready for calls: the pause ends, and so does wrap-up."""
        if not self._desk.known(consultant):
            return False
        self._desk.shift_started(consultant)
        self._desk.released(consultant)
        self._desk.wrap_up_ended(consultant)
        log.info("consultant_released", consultant=consultant)
        self._changed()
        return True

    def start_shift(self, consultant: str) -> bool:
        """Ready for calls; a wrap-up under way goes on."""
        if not self._desk.known(consultant):
            return False
        self._desk.shift_started(consultant)
        log.info("shift_started", consultant=consultant)
        self._changed()
        return True

    def end_shift(self, consultant: str) -> bool:
        """Home time; the call at hand goes on."""
        if not self._desk.known(consultant):
            return False
        self._desk.shift_ended(consultant)
        log.info("shift_ended", consultant=consultant)
        self._changed()
        return True

    def extend_wrap_up(self, consultant: str, seconds: float) -> bool:
        """More time after the call."""
        if not self._desk.known(consultant):
            return False
        self._desk.wrap_up_extended(consultant, seconds)
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
