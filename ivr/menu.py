"""A question answered by one digit."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Menu:
    """`prompt` first, `again` when nothing was pressed; `choices` maps a digit to its meaning.

    `seconds` is the wait after each prompt; a digit acts at once, also in mid-prompt.
    """

    prompt: str
    choices: Mapping[str, str]
    again: str = ""
    tries: int = 2
    seconds: float = 2.0

    def prompts(self) -> tuple[str, ...]:
        """What is said, try by try."""
        return (self.prompt,) + (self.again or self.prompt,) * (self.tries - 1)

    @property
    def digits(self) -> str:
        """All digits that mean something here."""
        return "".join(self.choices)
