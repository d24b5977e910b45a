"""The one catalogue of all that is said on the line, Kazakh and Russian side by side."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ivr.prompts.catalogue_caller import CALLER
from ivr.prompts.catalogue_numbers import NUMBERS
from ivr.prompts.catalogue_staff import STAFF
from ivr.prompts.prompt import LANGUAGES, Prompt

__all__ = ["CATALOGUE", "LANGUAGES", "PHRASES", "Prompt"]

# A new menu item needs its prompts here, and nothing else of this package.
PHRASES: Final = (*CALLER, *STAFF)
CATALOGUE: Final[Mapping[str, Prompt]] = MappingProxyType({p.name: p for p in (*PHRASES, *NUMBERS)})
