"""The sealed file's format: any place is read alone, and any change is named where it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.sealing.container import (
    CHUNK,
    SEALED_CHUNK,
    ContainerDamaged,
    chunks_in,
    new_header,
    place,
    plain_size,
    read_header,
    seal,
    unseal,
)

KEY = bytes(range(32))
HEADER = new_header("n1-1763815501123-1-c1", b"1234567")


def sealed(plain: bytes, part: int = 50000) -> bytes:
    return b"".join(seal(KEY, HEADER, [plain[at : at + part] for at in range(0, len(plain), part)]))


def opened(file: bytes) -> bytes:
    header = read_header(file[:4096])
    of = chunks_in(len(file), header)
    parts = []
    for number in range(of):
        at = place(header, number)
        parts.append(unseal(KEY, header, number, of, file[at : at + SEALED_CHUNK]))
    return b"".join(parts)


def named(file: bytes) -> str:
    with pytest.raises(ContainerDamaged) as why:
        opened(file)
    return str(why.value)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 200001]),
    st.sampled_from([1000, CHUNK, 70000]),
)
def test_what_was_sealed_comes_back(size, part):
    plain = bytes(at % 251 for at in range(size))
    file = sealed(plain, part)
    assert plain == opened(file)
    assert size == plain_size(len(file), HEADER)


PLAIN = bytes(at % 251 for at in range(3 * CHUNK + 5000))
FILE = sealed(PLAIN)
BODY = len(HEADER.raw)


@settings(max_examples=150, deadline=None)
@given(st.integers(BODY, len(FILE) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_found_in_its_chunk(at, bit):
    file = bytearray(FILE)
    file[at] ^= 1 << bit
    assert f"chunk {(at - BODY) // SEALED_CHUNK} altered" == named(bytes(file))


@pytest.mark.parametrize("at", range(BODY))
def test_a_flipped_bit_in_the_header_is_found(at):
    file = bytearray(FILE)
    file[at] ^= 1
    assert named(bytes(file)) in ("header", "chunk 0 altered")


def test_swapped_chunks_are_named():
    first, second = FILE[BODY : BODY + SEALED_CHUNK], FILE[BODY + SEALED_CHUNK : BODY + 2 * SEALED_CHUNK]
    file = FILE[:BODY] + second + first + FILE[BODY + 2 * SEALED_CHUNK :]
    assert "chunk 0: chunk 1 lies there" == named(file)


@pytest.mark.parametrize("left", [1, 2, 3])
def test_a_file_cut_at_a_chunks_border_is_found(left):
    assert f"end: cut off after chunk {left - 1}" == named(FILE[: BODY + left * SEALED_CHUNK])


def test_a_file_cut_inside_a_chunk_is_found():
    assert "chunk 3 altered" == named(FILE[:-1])


def test_something_added_is_found():
    assert named(FILE + FILE[BODY : BODY + SEALED_CHUNK]) in (
        "chunk 3 altered",
        "end: something follows the last chunk",
    )


def test_another_files_chunk_is_found():
    other = b"".join(seal(KEY, new_header("n1-1763815501123-2-c1", b"7654321"), [PLAIN]))
    start = len(new_header("n1-1763815501123-2-c1", b"7654321").raw)
    file = FILE[:BODY] + other[start : start + SEALED_CHUNK] + FILE[BODY + SEALED_CHUNK :]
    assert "chunk 0 altered" == named(file)
