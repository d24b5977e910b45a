"""What consultants do on a generated day: come and go, lose their phones, pause, end the shift."""

from config.settings import Language
from lab.dispatcher.oracle import KnownConsultant
from lab.dispatcher.virtual_day import VirtualDay
from routing.dispatch.consultant import Consultant

SPOKEN: tuple[tuple[Language, ...], ...] = (("kk",), ("ru",), ("kk", "ru"), ("ru", "kk"))


class Consultants(VirtualDay):
    """Each act plans the next one, until the day closes; a queue is diverted here, too."""

    def _hired(self, name: str, spoken: tuple[Language, ...] | None = None) -> None:
        spoken = spoken or self.random.choice(SPOKEN)
        self.referee.people[name] = KnownConsultant(spoken)
        self._say(self.dispatcher.consultant_known(Consultant(name, spoken), self.now))
        self._at(self.now + self.random.uniform(0, 0 if self._closing else 300), self._reach, name, True)
        leaves = (self._pause, self._go_home)
        for share, what in ((self.day.pauses, self._pause), (self.day.flickers, self._reach),
                            (self.day.shift_ends, self._go_home)):  # fmt: skip
            if share and not self._closing:
                self._later(60.0 / share, what, name, what in leaves)

    def _reach(self, name: str, here: bool) -> None:
        person = self.referee.people[name]
        if person.reachable == here:
            return
        person.reachable = here
        if not here:
            person.free_since = None
        self._tell(self.dispatcher.reachable if here else self.dispatcher.unreachable, name)
        if not here:
            self._later(60.0, self._reach, name, True)
        elif self.day.flickers and not self._closing:
            self._later(60.0 / self.day.flickers, self._reach, name, False)

    def _pause(self, name: str, paused: bool) -> None:
        person = self.referee.people[name]
        person.paused = paused
        if paused:
            person.free_since = None
            self._tell(self.dispatcher.paused, name, "break")
            self._later(300.0, self._pause, name, False)
            return
        person.passed.clear()
        person.rest_until, person.missed = float("-inf"), 0
        self._tell(self.dispatcher.released, name)
        if not self._closing:
            self._later(60.0 / self.day.pauses, self._pause, name, True)

    def _go_home(self, name: str, home: bool) -> None:
        person = self.referee.people[name]
        person.off = home
        if home:
            person.free_since = None
            self._tell(self.dispatcher.shift_ended, name)
            self._later(600.0, self._go_home, name, False)
            return
        person.paused = False
        person.passed.clear()
        person.rest_until, person.missed = float("-inf"), 0
        self._tell(self.dispatcher.shift_started, name)
        if not self._closing:
            self._later(60.0 / self.day.shift_ends, self._go_home, name, True)

    def _divert(self, language: Language, on: bool) -> None:
        if on:
            self.referee.diverted.add(language)
            self._tell(self.dispatcher.divert, language)
            self._later(300.0, self._divert, language, False)
            return
        self.referee.diverted.discard(language)
        self._tell(self.dispatcher.undivert, language)
