"""The reading list for a studio."""

from typing import Literal

from config.settings import Language
from ivr.prompts.catalogue import CATALOGUE, LANGUAGES, PHRASES, Prompt
from ivr.prompts.catalogue_numbers import NUMBERS

_INTRO = """\
# Reading list, helpline 111: {count} sounds

Folders `kk/`, `ru/` and `both/`; one file a sound, named `ID.wav`: 48 kHz, 24 bit, mono.
Peaks at most -3 dBFS, no music, 100 ms of silence before and 200 ms after, room noise below -60 dBFS.
A calm, warm voice that a child understands; the same voice for all sounds of one language.
"""


def _cell(text: str) -> str:
    return text.replace("|", "/") or "-"


def _line(prompt: Prompt, languages: tuple[Language, ...]) -> str:
    name = f"{prompt.name} (both: kk, then ru)" if prompt.both else prompt.name
    texts = LANGUAGES if prompt.both and len(languages) == 1 else languages
    spoken = [" / ".join(prompt.text(one) for one in texts)] if len(languages) == 1 else []
    cells = [name, *(spoken or [prompt.text(one) for one in languages]), prompt.note, f"{prompt.most:.1f} s"]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def script(language: Language | Literal["both"] = "both") -> str:
    """All sounds of one language or both as Markdown tables: id, words, note, greatest length."""
    languages: tuple[Language, ...] = LANGUAGES if language == "both" else (language,)
    head = f"| id | {' | '.join(languages)} | note | at most |\n|{'---|' * (len(languages) + 3)}"
    wanted = [p for p in CATALOGUE.values() if any(p.spoken_in(one) for one in languages)]
    parts = [
        _INTRO.format(count=sum(1 if p.both else sum(p.spoken_in(one) for one in languages) for p in wanted))
    ]
    for title, group in (("Phrases", PHRASES), ("Words of numbers, times and dates", NUMBERS)):
        lines = [_line(p, languages) for p in group if p in wanted]
        parts.append("\n".join([f"## {title}\n", head, *lines, ""]))
    return "\n".join(parts)
