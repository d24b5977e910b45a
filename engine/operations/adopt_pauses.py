"""Pauses by feature code while no engine lived, read from survival's queue before it is mirrored; edge."""

import structlog

from config.pause_reasons import BY_DIGIT
from engine.operations.survival_queue_members import OFF, QueueMember
from routing.dispatch.service import DispatchService

log = structlog.get_logger()


def adopt_pauses(there: frozenset[QueueMember], desk: DispatchService) -> None:
    """The queue equalled the shift until the last engine died: what differs, consultants did themselves."""
    seats = {seat.id: seat.pause for seat in desk.snapshot().consultants}
    off = {seat.id for seat in desk.snapshot().consultants if seat.off}
    for member in sorted(there, key=lambda member: member.consultant):
        if member.consultant not in seats:
            continue
        if (member.paused == OFF) != (member.consultant in off):
            if member.paused == OFF:
                desk.shift_ended(member.consultant)
            elif not member.paused:  # dialled the code for release while no engine lived
                desk.shift_started(member.consultant)
            continue
        if member.paused == OFF:
            continue
        paused = seats[member.consultant] is not None
        if member.paused and not paused:
            desk.paused(member.consultant, BY_DIGIT.get(member.paused, member.paused))
            log.info("pause_adopted", consultant=member.consultant)
        elif paused and not member.paused:
            desk.released(member.consultant)
            log.info("release_adopted", consultant=member.consultant)
