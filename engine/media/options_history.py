"""Whether the legs behind an operator's address answer while they are alive; pure (decision 0105)."""

from dataclasses import dataclass, field
from typing import Final

KEPT: Final = 50  # legs remembered of an address: an operator changes its equipment one day


@dataclass(slots=True)
class OptionsHistory:
    """What single legs have shown, by address; of a leg that has shown nothing the others speak."""

    _known: dict[str, dict[str, bool]] = field(default_factory=dict)  # address -> channel -> answers

    def learn(self, host: str, channel: str, answers: bool | None) -> None:
        """What is known of one leg now."""
        if answers is None:
            return
        legs = self._known.setdefault(host, {})
        legs.pop(channel, None)
        legs[channel] = answers
        while len(legs) > KEPT:
            del legs[next(iter(legs))]

    def answers(self, host: str) -> bool:
        """Whether some leg of this address answered, and none was heard without an answer.

        Behind one border controller there may be networks that answer and networks that do not.
        """
        legs = self._known.get(host, {}).values()
        return bool(legs) and all(legs)
