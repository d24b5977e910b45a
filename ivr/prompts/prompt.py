"""One thing that is said on the line, in both languages."""

from dataclasses import dataclass

from config.settings import Language

LANGUAGES: tuple[Language, Language] = ("kk", "ru")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sound `NAME.wav` in sounds/kk/111 and sounds/ru/111.

    `kk`, `ru`: the words as they are read aloud, numbers written out; empty when a language has no such
    word (Russian has genders, Kazakh has not), and then there is no file.
    `both`: spoken before the language is known: one sound, Kazakh first, the same in both folders.
    `most`: seconds the sound may last, in either language.
    """

    name: str
    kk: str
    ru: str
    note: str
    both: bool = False
    most: float = 10.0

    def text(self, language: Language) -> str:
        """The words in one language, empty when this language has no such sound."""
        return self.kk if language == "kk" else self.ru

    def spoken_in(self, language: Language) -> bool:
        """True when there must be a file in this language's folder."""
        return self.both or bool(self.text(language))
