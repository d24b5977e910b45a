"""A whole chain walked at once, as tests have it in their hands."""

from collections.abc import Iterable, Iterator
from typing import Any

from recordings.model.hash_chain import ChainFault, ChainVerifier, Head, Link


def verify(begin: Head, links: Iterable[Link[Any]], heads: Iterable[Head] = ()) -> Iterator[ChainFault]:
    """Every altered place."""
    walk: ChainVerifier[Any] = ChainVerifier(begin, heads)
    for link in links:
        yield from walk.read(link)
    yield from walk.end()
