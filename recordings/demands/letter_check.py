"""Check of a letter as it is typed: authority, basis, dates, number; pure (A19, C6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.evidence import Authority, Basis
from config.told import told
from recordings.demands.basis import why_no_number
from recordings.demands.demand import Letter
from recordings.demands.question import time_named
from recordings.finding.criteria import Criteria

AHEAD = timedelta(minutes=5)  # clocks of two offices differ


class WrongLetter(ValueError):
    """The letter cannot be entered as typed; the text says what to write."""


class LetterCheck:
    """Against the authorities and bases of the settings, and days in `zone`."""

    def __init__(self, authorities: Sequence[Authority], bases: Sequence[Basis], zone: ZoneInfo) -> None:
        self._authorities = {one.id: one for one in authorities}
        self._bases = {one.id: one for one in bases}
        self._zone = zone

    def basis(self, id_: str) -> Basis:
        """Raises WrongLetter, naming those there are."""
        if id_ not in self._bases:
            raise WrongLetter(
                told("there is no basis {id!r}; there are: {names}", id=id_, names=", ".join(self._bases))
            )
        return self._bases[id_]

    def authority(self, id_: str) -> Authority:
        """Raises WrongLetter, naming those there are."""
        if id_ not in self._authorities:
            raise WrongLetter(
                told(
                    "there is no authority {id!r}; there are: {names}",
                    id=id_,
                    names=", ".join(self._authorities),
                )
            )
        return self._authorities[id_]

    def check(self, letter: Letter, now: datetime) -> Basis:
        """Its basis. Raises WrongLetter, saying what to write."""
        self.authority(letter.authority)
        basis = self.basis(letter.basis)
        _check_heading(letter, now)
        _check_criteria(letter.criteria, self._zone)
        return basis


def _check_heading(letter: Letter, now: datetime) -> None:
    if not letter.number.strip():
        raise WrongLetter(told("write the letter's number"))
    if letter.received_at > now + AHEAD:
        raise WrongLetter(told("the letter was received in the future: write when it came in"))
    if letter.date > (now + timedelta(days=1)).date():
        raise WrongLetter(told("the letter is dated in the future: write the date it bears"))
    if letter.due_at is not None and letter.due_at <= letter.received_at:
        raise WrongLetter(
            told("the term ends before the letter came in: write the letter's own term, or none")
        )


def _check_criteria(wanted: Criteria, zone: ZoneInfo) -> None:
    if why_no_number(wanted):
        raise WrongLetter(why_no_number(wanted))
    if wanted.day is not None and not 1990 <= wanted.day.year <= 2200:
        raise WrongLetter(
            told("{day} is no day of a call of ours: compare it with the letter", day=wanted.day)
        )
    since, until = time_named(wanted, zone)
    if since is not None and until is not None and since >= until:
        raise WrongLetter(
            told("no moment lies between those times, or within that day: compare with the letter")
        )
