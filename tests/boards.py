"""An invented board, made smaller or larger by the tests that need one as a value."""

from dataclasses import replace

from routing.board.as_json import BoardReader
from routing.board.values import Board
from tests.console_home import BOARD


def board(**changes) -> Board:
    """The board of tests/console_home.py, with something else of it."""
    read = BoardReader().read(BOARD)
    assert isinstance(read, Board)
    return replace(read, **changes)
