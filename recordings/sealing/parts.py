"""Parts that the works of sealing share; edge (paths and the database of one home)."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from recordings.privacy.keyring import Keyring
from recordings.sealing.faults import SealFaults
from recordings.sealing.files import Step
from recordings.sealing.lock import SealingLock


@dataclass(frozen=True, slots=True)
class SealingParts:
    """One home's; `step` is told before each step, for tests that stop there."""

    database: AsyncEngine
    keys: Keyring
    settings: Settings
    lock: SealingLock
    faults: SealFaults
    step: Step
