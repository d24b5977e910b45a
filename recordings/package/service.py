"""Service of packages: what a decided demand covers, checked on the way out; edge (A19)."""

import asyncio
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from config.told import told
from recordings.access.log import AccessLog
from recordings.chain.entry import ChainEntryKind
from recordings.chain.service import Statements
from recordings.chain.store import entry_of
from recordings.demands.demand import Demand, DemandState
from recordings.demands.letter import reply, searched_facts
from recordings.demands.service import Demands
from recordings.demands.steps import WrongStep
from recordings.finding.criteria import FoundCall
from recordings.finding.service import Finder
from recordings.model.access_entry import Action, Actor
from recordings.model.sealed import Sealed
from recordings.model.statement import NotSigned, Proof
from recordings.package import files, pdf, verify_package
from recordings.package.instructions import instructions
from recordings.package.manifest import PackageContents, PackagedEvidence, PackageMember, decided, manifest
from recordings.package.store import accesses
from recordings.privacy.keyring import Keyring
from recordings.sealing.service import SealedRecordings

Progress = Callable[[str], object]
ENCLOSES = (DemandState.APPROVED, DemandState.HANDED_OVER, DemandState.ACKNOWLEDGED)
READY = (*ENCLOSES, DemandState.NOT_FOUND, DemandState.RETURNED, DemandState.REFUSED)


@dataclass(frozen=True, slots=True)
class MadePackage:
    """Where it lies now; move it from there. `sha256` of the ZIP, hex."""

    name: str
    path: Path
    signature: Path
    sha256: str
    recordings: int


class Packages:
    """Puts a demand's answer together in `folder`, which is the engine's own."""

    def __init__(
        self,
        database: AsyncEngine,
        keys: Keyring,
        demands: Demands,
        finder: Finder,
        sealed: SealedRecordings,
        statements: Statements,
        folder: Path,
        zone: ZoneInfo,
        version: str,
    ) -> None:
        self._database = database
        self._keys = keys
        self._demands = demands
        self._finder = finder
        self._sealed = sealed
        self._statements = statements
        self._folder = folder
        self._zone = zone
        self._version = version

    async def make(
        self, demand_id: int, who: Actor, now: datetime, progress: Progress = lambda name: None
    ) -> MadePackage:
        """The package of a decided demand.

        Raises WrongStep, RecordingAltered, RecordingDiffers, KeyMissing, OSError.
        """
        demand = await self._demands.get(demand_id)
        if demand.state not in READY:
            raise WrongStep(
                told(
                    "{name} is {state}: a package is made once another administrator approved it",
                    name=demand.name,
                    state=demand.state,
                )
            )
        reason = f"{demand.name}, letter {demand.letter.number} of {demand.letter.date}"
        # What was found for a demand that was refused or returned does not leave the house.
        findings = demand.findings if demand.state in ENCLOSES else ()
        found = await self._finder.calls(list(dict.fromkeys(one.call_id for one in findings)))
        covered = [one.recording_id for one in findings if one.recording_id]
        await AccessLog(self._database).note(who, Action.EXPORTED, [demand.name, *covered], reason)
        rows = await self._enclosed(demand, covered)
        self._folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".making-", dir=self._folder))
        try:
            evidence, members = [], []
            for row in rows:
                progress(row.recording_id)
                one = await self._evidence(row, work, now)
                evidence.append(one)
                members += [files.member(work, one.wav), files.member(work, one.copy)]
            members += await self._papers(demand, found, evidence, work)
            made = await self._pack(demand, found, evidence, members, work, progress)
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
        facts: dict[str, object] = {"sha256": made.sha256, "recordings": made.recordings}
        await self._demands.note(demand.id, who, now, "packaged", facts)
        return made

    async def _enclosed(self, demand: Demand, covered: Sequence[str]) -> list[Sealed]:
        """What its letter says is enclosed. Raises WrongStep when it is not all there any more."""
        sealed = await self._sealed.of(covered)
        rows = [sealed[name] for name in covered if name in sealed and not sealed[name].destroyed_at]
        promised = searched_facts(demand).get("sealed", 0) if demand.state in ENCLOSES else 0
        if len(rows) != promised:
            raise WrongStep(
                told(
                    "{name}: its letter encloses {promised} recordings, and {count} are there: something "
                    "was destroyed since it was decided; see: ivr111 recordings verify",
                    name=demand.name,
                    promised=promised,
                    count=len(rows),
                )
            )
        return rows

    async def _evidence(self, row: Sealed, work: Path, now: datetime) -> PackagedEvidence:
        link = await entry_of(self._database, row.seq)
        stated = json.loads(link.entry.facts) if link and link.entry.kind == ChainEntryKind.SEALED else {}
        if (stated.get("audio_sha256"), stated.get("sealed_sha256")) != (row.audio_sha256, row.sealed_sha256):
            raise files.RecordingDiffers(
                told(
                    "the row of {recording_id} is not what the chain says: verify it first",
                    recording_id=row.recording_id,
                )
            )
        assert link is not None
        await asyncio.to_thread(self._sealed.check, row)
        wav, copy = f"audio/{row.recording_id}.wav", f"audio/{row.recording_id}-small.wav"

        def write() -> str:
            with self._sealed.open(row) as audio:
                return files.write_sound(audio, work, wav, copy)

        if await asyncio.to_thread(write) != row.audio_sha256:
            raise files.RecordingDiffers(
                told("{recording_id} is not the sound that was sealed", recording_id=row.recording_id)
            )
        return PackagedEvidence(row, link, await self._proof(row.seq, now), wav, copy)

    async def _proof(self, seq: int, now: datetime) -> Proof:
        try:
            return await self._statements.proof(seq)
        except NotSigned:
            await self._statements.interim(now)
            return await self._statements.proof(seq)

    async def _papers(
        self, demand: Demand, found: Sequence[FoundCall], evidence: Sequence[PackagedEvidence], work: Path
    ) -> list[PackageMember]:
        members = []
        for statement in {one.proof.statement.seq: one.proof.statement for one in evidence}.values():
            name = f"statements/{statement.seq:06d}.json"
            members.append(files.add_member(work, name, statement.body.encode()))
            members.append(files.add_member(work, f"{name}.sig", f"{statement.signature}\n".encode()))
        subjects = [one.sealed.recording_id for one in evidence] + [one.call.call_id for one in found]
        until = next(
            e.facts.get("access_seq", 0)
            for e in demand.events
            if e.at == _decided_at(demand) and e.step in _STEPS
        )
        assert isinstance(until, int)
        rows = await accesses(self._database, subjects, demand.name, until)
        members.append(files.add_member(work, "access-log.json", _json(rows)))
        fingerprint = hashlib.sha256(self._keys.public()).hexdigest()
        members.append(
            files.add_member(work, "letter.pdf", await asyncio.to_thread(self._letter, demand, evidence))
        )
        verifier = await asyncio.to_thread(files.verifier)
        sum_ = hashlib.sha256(verifier).hexdigest()
        members.append(
            files.add_member(work, "README.txt", instructions(demand.name, fingerprint, sum_).encode())
        )
        members.append(files.add_member(work, "verify.py", verifier))
        return members

    async def _pack(
        self,
        demand: Demand,
        found: Sequence[FoundCall],
        evidence: Sequence[PackagedEvidence],
        members: Sequence[PackageMember],
        work: Path,
        progress: Progress,
    ) -> MadePackage:
        signer = self._keys.signer()
        contents = PackageContents(
            demand=demand,
            authority=self._demands.authority(demand.letter.authority),
            basis=self._demands.basis(demand.letter.basis),
            calls=found,
            evidence=evidence,
            public_key=hashlib.sha256(self._keys.public()).hexdigest(),
            verifier=hashlib.sha256(files.verifier()).hexdigest(),
            version=self._version,
            zone=self._zone,
        )
        body = manifest(contents, sorted(members, key=lambda one: one.name))
        signed = f"{signer.sign(body).hex()}\n{hashlib.sha256(body).hexdigest()}\n"
        files.add_member(work, verify_package.MANIFEST, body)
        files.add_member(work, verify_package.SIGNATURE, signed.encode())
        first = ("README.txt", "letter.pdf", verify_package.MANIFEST, verify_package.SIGNATURE)
        names = [*first, *sorted(one.name for one in members if one.name not in first)]
        target = self._folder / f"{demand.name}.zip"
        await asyncio.to_thread(files.pack, work, names, target, _decided_at(demand), progress)
        digest = await asyncio.to_thread(files.sha256, target)
        signature = target.with_name(f"{target.name}.sig")
        signature.write_text(f"{signer.sign(digest).hex()}\n", encoding="ascii")
        return MadePackage(demand.name, target, signature, digest.hex(), len(evidence))

    def _letter(self, demand: Demand, evidence: Sequence[PackagedEvidence]) -> bytes:
        authority = self._demands.authority(demand.letter.authority)
        basis = self._demands.basis(demand.letter.basis)
        registered = demand.events[0].who
        decision = decided(demand)
        head = pdf.Letterhead(
            name=demand.name,
            to_kk=authority.name_kk,
            to_ru=authority.name_ru,
            dated=_decided_at(demand).astimezone(self._zone),
            key_sha256=hashlib.sha256(self._keys.public()).hexdigest(),
            verifier_sha256=hashlib.sha256(files.verifier()).hexdigest(),
            signed=(registered.person, str(decision["person"])),
        )
        enclosed = [
            pdf.Enclosed(
                one.sealed.recording_id,
                _begun(one, self._zone),
                f"{int(one.sealed.seconds) // 60}:{int(one.sealed.seconds) % 60:02}",
                one.sealed.audio_sha256,
            )
            for one in evidence
        ]
        return pdf.letter(reply(demand, authority, basis, self._zone), head, enclosed)


_STEPS = ("approved", "not_found", "returned", "refused")


def _decided_at(demand: Demand) -> datetime:
    return next(event.at for event in demand.events if event.step in _STEPS)


def _begun(one: PackagedEvidence, zone: ZoneInfo) -> str:
    begun = json.loads(one.link.entry.facts).get("started_at")
    at = datetime.fromisoformat(begun) if begun else one.sealed.sealed_at
    return at.astimezone(UTC).astimezone(zone).strftime("%d.%m.%Y %H:%M:%S %z")


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
