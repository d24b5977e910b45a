"""Problem of a command or of opening a home: told to who asked, and what to do."""


class Problem(Exception):
    """What was asked cannot be done; the text (a message of `config.told`) says what to do."""
