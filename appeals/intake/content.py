"""Content of files: what kind one is, by what is in it and never by its name; pure (A7)."""

from typing import Final

_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_TEXT_MARKS: Final = frozenset("\t\n\r")


def kind_of(raw: bytes) -> str:
    """Media type of what is taken: PDF, pictures, sound, film, plain text; "" for everything else."""
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            return kind
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp"
    if raw[4:8] == b"ftyp" and raw[8:12] in (b"isom", b"mp41", b"mp42", b"avc1", b"iso2"):
        return "video/mp4"
    return "text/plain" if _is_text(raw) else ""


def _is_text(raw: bytes) -> bool:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    plain = all(letter.isprintable() or letter in _TEXT_MARKS for letter in text)
    return bool(text) and plain and not text.lstrip().startswith(("<", "#!"))
