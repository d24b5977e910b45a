"""Where prompts come from and where Asterisk reads them; light, for start and doctor wait for it; edge."""

from pathlib import Path

from config.settings import Settings
from ivr.prompts import prompt_files


def folders(settings: Settings) -> tuple[Path, Path]:
    """Where prompts come from, best first: the studio's, then the drafts."""
    return settings.home / "prompts", settings.drafts


def lay_out(settings: Settings) -> int:
    """Put the effective prompts and the music where Asterisk reads them; how many files changed."""
    moh = settings.home / "asterisk" / "moh"
    return prompt_files.install(*folders(settings), sounds=settings.sounds, moh=moh)
