"""Manifest: what a package holds and what each thing is, as data a court can read; pure (A19)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from config.evidence import Authority, Basis
from recordings.capture.match_conversations import NOT_RECORDED
from recordings.chain.entry import ChainEntry
from recordings.demands.demand import Demand
from recordings.finding.criteria import FoundCall, state_of
from recordings.model.hash_chain import Link
from recordings.model.sealed import Sealed
from recordings.model.statement import Proof
from recordings.model.timestamps import json_text

FORMAT = "ivr111 evidence package 1"


@dataclass(frozen=True, slots=True)
class PackageMember:
    """One file of the package."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class PackagedEvidence:
    """One recording as it goes into the package."""

    sealed: Sealed
    link: Link[ChainEntry]
    proof: Proof
    wav: str
    copy: str


@dataclass(frozen=True, slots=True)
class PackageContents:
    """All the manifest is made of; every time in it comes from the register or the recordings."""

    demand: Demand
    authority: Authority
    basis: Basis
    calls: Sequence[FoundCall]
    evidence: Sequence[PackagedEvidence]
    public_key: str
    verifier: str
    version: str
    zone: tzinfo


def decided(demand: Demand) -> dict[str, object]:
    """Who decided that this answer leaves the house, and when."""
    event = next(e for e in demand.events if e.step in ("approved", "not_found", "returned", "refused"))
    return {"step": event.step, "at": _utc(event.at), "person": event.who.person, "role": event.who.role}


def manifest(contents: PackageContents, members: Sequence[PackageMember]) -> bytes:
    """JSON, sorted and indented: the same for the same contents, to the byte."""
    demand, letter = contents.demand, contents.demand.letter
    searched = next((event.facts for event in reversed(demand.events) if event.step == "searched"), {})
    value = {
        "format": FORMAT,
        "software": contents.version,
        "zone": str(contents.zone),
        "public_key_sha256": contents.public_key,
        "verifier_sha256": contents.verifier,
        "demand": {
            "name": demand.name,
            "authority": {"kk": contents.authority.name_kk, "ru": contents.authority.name_ru},
            "basis": {"id": contents.basis.id, "kk": contents.basis.law_kk, "ru": contents.basis.law_ru},
            "letter_number": letter.number,
            "letter_date": letter.date.isoformat(),
            "received_at": json_text(letter.received_at, contents.zone),
            "due_at": json_text(demand.due_at, contents.zone),
            "decision": decided(demand),
        },
        "search": {name: searched[name] for name in sorted(searched) if name != "number_index"},
        "calls": [_call(one, contents) for one in contents.calls],
        "recordings": [_recording(one) for one in contents.evidence],
        "members": {one.name: {"sha256": one.sha256, "size": one.size} for one in members},
    }
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _call(found: FoundCall, contents: PackageContents) -> Mapping[str, object]:
    call, zone = found.call, contents.zone
    wanted = contents.demand.letter.criteria
    by_number = {one.recording.connection: one for one in found.recordings}
    named = wanted.number is not None or wanted.withheld  # else the number was not asked for
    return {
        "call_id": call.call_id,
        **({"caller": call.pii_caller or "withheld"} if named else {}),
        "language": call.language,
        "arrived_at": json_text(call.arrived_at, zone),
        "ended_at": json_text(call.ended_at, zone),
        "conversations": [
            {
                "number": talk.number,
                "parties": {"left": "caller", "right": f"consultant {talk.party}"},
                "answered_at": json_text(talk.answered_at, zone),
                "ended_at": json_text(talk.ended_at, zone),
                "recording": by_number[talk.number].recording.id if talk.number in by_number else None,
                "state": state_of(by_number.get(talk.number)),
            }
            for talk in call.connections
            if talk.party not in NOT_RECORDED
        ],
    }


def _recording(one: PackagedEvidence) -> Mapping[str, object]:
    entry = one.link.entry
    return {
        "id": one.sealed.recording_id,
        "seconds": round(one.sealed.seconds, 3),
        "frames": one.sealed.frames,
        "marks": list(one.sealed.marks),
        "audio_sha256": one.sealed.audio_sha256,
        "sealed_sha256": one.sealed.sealed_sha256,
        "wav": one.wav,
        "copy": one.copy,
        "chain": {
            "seq": one.link.seq,
            "previous": one.link.previous,
            "hash": one.link.hash,
            "kind": entry.kind,
            "subject": entry.subject,
            "at": entry.at,
            "facts": entry.facts,
        },
        "proof": {
            "index": one.proof.index,
            "size": one.proof.size,
            "path": list(one.proof.path),
            "statement": one.proof.statement.seq,
        },
    }


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
