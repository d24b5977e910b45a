"""What a look at the disk says about a recording: its state, and what somebody must be told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dialplan.recording_names import SECOND, RecordingFile, file_of
from recordings.capture.due import DueCheck
from recordings.capture.held_silence import without_holds
from recordings.capture.join_job import JoinJob, JoinReport, JoinSegment, LegFigures
from recordings.capture.match_conversations import HEADER
from recordings.model import spans
from recordings.model.call_record import Moment
from recordings.model.entries import Alarm, RecordingChecked, RecordingState, Segment
from recordings.model.link_quality import explained
from recordings.model.recording import Recording

HARDLY = 0.5  # seconds: who hangs up as the other answers leaves no sound, and that is no fault
STUCK = timedelta(seconds=1)  # a file that seems to begin so much later than it did was written no more
_ALARMING = ("_silent", "_lost", "_gap")


def segment_starts(due: DueCheck) -> dict[str, datetime]:
    """When each segment found on the disk began: counted back from its last byte, never before its intent.

    The intent alone will not do: the recorder is started before the phone rings and writes from the answer.
    Nor will the last byte where the volume was full: the header is written later than the last sound. So what
    was seen of the growing file counts where that is earlier.
    """
    known = due.known.segments if due.known else ()
    intents = {part.stem: part.started_at for part in known}
    seen = {
        part.stem: part.ended_at - timedelta(seconds=part.seconds)
        for part in known
        if part.ended_at is not None and part.seconds
    }
    result: dict[str, datetime] = {}
    legs = _legs(due)
    for file in [file for file in legs if file.size > HEADER] or legs:
        sound = max(0, file.size - HEADER) / 16000
        counted = file.modified - timedelta(seconds=sound)
        result[file.stem.text] = min(counted, result.get(file.stem.text, counted))
    for stem, at in result.items():
        if stem in seen and at - seen[stem] > STUCK:
            result[stem] = seen[stem]
    return {stem: max(at, intents.get(stem) or at) for stem, at in result.items()}


def job(due: DueCheck, audio: str) -> JoinJob:
    """The work for another process; segments in their order: their numbers, for a clock may be set."""
    begun = segment_starts(due)
    stems = _stems(due, begun)
    first = begun[stems[0]]
    legs = _legs(due)
    folder = legs[0].path.rsplit("/", 1)[0]
    pieces = tuple(
        JoinSegment(
            max(0.0, (begun[stem] - first).total_seconds()),
            _file(legs, stem, "caller"),
            _file(legs, stem, "consultant"),
        )
        for stem in stems
    )
    return JoinJob(audio, f"{folder}/{file_of(due.recording_id, 'stereo')}", pieces)


def on_other_volume(asked: JoinJob) -> JoinJob:
    """The same with its stereo file on the other volume: the legs' own may be full."""
    folder, _, rest = asked.into.partition("/")
    return replace(asked, into=rest if folder == SECOND else f"{SECOND}/{asked.into}")


def judge(
    due: DueCheck, asked: JoinJob | None, report: JoinReport, now: datetime, happened: Sequence[Moment] = ()
) -> tuple[RecordingChecked, list[Alarm]]:
    """The row and the alarms; times of the alarms are the conversation's, so that a second look adds none.

    `happened`: of the call; a side that held it is silent meanwhile.
    """
    begun = segment_starts(due)
    stems = _stems(due, begun)
    first = begun[stems[0]] if stems else None
    since = due.answered.answered_at if due.answered else first or now
    faults = without_holds(report.faults, report.silences, happened, first or now)
    state, differs = _state(due, report, faults), _length_differs(due, report)
    checks = [*faults, *(["length_differs"] if differs else []), *(["repaired"] if report.repaired else [])]
    segments = _segments(due, asked, report, stems, first)
    caller, consultant = _figures(report.caller), _figures(report.consultant)
    checked = RecordingChecked(
        recording_id=due.recording_id,
        call_id=due.call_id,
        connection=due.connection,
        state=state,
        started_at=first,
        ended_at=max((part.ended_at for part in segments), default=None),
        seconds=report.seconds,
        stereo_file=asked.into if asked and report.seconds else None,
        caller_level=caller[0],
        consultant_level=consultant[0],
        caller_silence=caller[1],
        consultant_silence=consultant[1],
        caller_longest=caller[2],
        consultant_longest=consultant[2],
        checks=tuple(dict.fromkeys(checks)),
        size=due.size,
        checked_at=now,
        segments=segments,
    )
    return checked, [Alarm(kind, due.recording_id, since) for kind in _alarms(due, report, state, differs)]


def _state(due: DueCheck, report: JoinReport, faults: Sequence[str]) -> RecordingState:
    if not report.seconds:
        return RecordingState.MISSING if due.answered else RecordingState.EMPTY
    if any(fault.endswith(_ALARMING) for fault in faults):
        return RecordingState.SILENT_LEG
    before = due.known is not None and due.known.state is RecordingState.REPAIRED
    mended = report.repaired or "header_lost" in report.faults or before
    return RecordingState.REPAIRED if mended else RecordingState.FINISHED


def _length_differs(due: DueCheck, report: JoinReport) -> bool:
    if not report.seconds or due.answered is None or due.answered.ended_at is None:
        return False
    return not explained(_talked(due), report.sound, due.links)


def _alarms(due: DueCheck, report: JoinReport, state: RecordingState, differs: bool) -> list[str]:
    alarms: list[str] = []
    if state is RecordingState.MISSING and _talked(due) >= HARDLY:
        alarms.append("recording_missing")
    if state is RecordingState.SILENT_LEG:
        alarms.append("recording_leg_silent")
    if differs:
        alarms.append("recording_length")
    if report.seconds and "hole" in report.faults:
        alarms.append("recording_hole")
    if due.orphan:
        alarms.append("recording_orphan")
    return alarms


def _figures(leg: LegFigures | None) -> tuple[float | None, float | None, float | None]:
    """Level, silence and longest silence."""
    return (leg.level, leg.silence, leg.longest) if leg else (None, None, None)


def judge_again(due: DueCheck, row: Recording, now: datetime) -> tuple[RecordingChecked, list[Alarm]]:
    """A judged recording that belongs to another conversation than was known, or to one at last.

    Its sound was looked at; it may be sealed, its raw files gone. Only what the conversation tells is new.
    """
    checks = [check for check in row.checks if check != "length_differs"]
    alarms = []
    recorded = spans.seconds(row.pieces) if row.pieces else row.seconds or 0.0
    talk = due.answered
    ended = talk is not None and talk.ended_at is not None
    if talk is not None and ended and not explained(_talked(due), recorded, due.links):
        checks.append("length_differs")
        alarms.append(Alarm("recording_length", due.recording_id, talk.answered_at))
    checked = RecordingChecked(
        recording_id=row.id,
        call_id=row.call_id,
        connection=due.connection,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        seconds=row.seconds or 0.0,
        stereo_file=row.stereo_file,
        caller_level=row.caller_level,
        consultant_level=row.consultant_level,
        caller_silence=row.caller_silence,
        consultant_silence=row.consultant_silence,
        caller_longest=row.caller_longest,
        consultant_longest=row.consultant_longest,
        checks=tuple(checks),
        size=row.size,
        checked_at=row.checked_at or now,
    )
    return checked, alarms


def _segments(
    due: DueCheck, asked: JoinJob | None, report: JoinReport, stems: list[str], first: datetime | None
) -> tuple[Segment, ...]:
    if asked is None or first is None:
        return ()
    numbers = {file.stem.text: file.stem.segment for file in due.files}
    return tuple(
        Segment(
            stem=stem,
            number=numbers[stem],
            started_at=first + timedelta(seconds=start),
            ended_at=first + timedelta(seconds=start + seconds),
            seconds=seconds,
            caller_file=piece.caller,
            consultant_file=piece.consultant,
        )
        for stem, piece, start, seconds in zip(stems, asked.pieces, report.starts, report.pieces, strict=True)
        if seconds
    )


def _stems(due: DueCheck, begun: dict[str, datetime]) -> list[str]:
    numbers = {file.stem.text: file.stem.segment for file in due.files}
    return sorted(begun, key=lambda stem: (numbers[stem], stem))


def _legs(due: DueCheck) -> list[RecordingFile]:
    return [file for file in due.files if file.leg in ("caller", "consultant")]


def _file(legs: list[RecordingFile], stem: str, leg: str) -> str | None:
    return next((file.path for file in legs if file.stem.text == stem and file.leg == leg), None)


def _talked(due: DueCheck) -> float:
    """Seconds of the conversation; one without a known end is long enough."""
    if due.answered is None or due.answered.ended_at is None:
        return HARDLY
    return (due.answered.ended_at - due.answered.answered_at).total_seconds()
