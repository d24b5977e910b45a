"""Signed statements and inclusion proofs: what was stated can be checked, and nothing else passes."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.chain import merkle
from recordings.chain.service import Statements
from recordings.completeness.service import Completeness
from recordings.model.statement import NotSigned, faults
from recordings.package.verify_package import root_from
from recordings.sealing.worker import Sealer
from tests.evidence_home import T0, EvidenceHome

pytest_plugins = ("tests.postgres",)


def naive(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + naive(leaves[:half]) + naive(leaves[half:])).digest()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 70))
def test_the_root_is_the_rfcs(size):
    leaves = [merkle.leaf(bytes([at])) for at in range(size)]
    assert naive(leaves) == merkle.root(leaves)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 70), st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_only(size, data):
    leaves = [merkle.leaf(bytes([at])) for at in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = merkle.path(leaves, index)
    root = merkle.root(leaves)
    assert root == root_from(leaves[index], index, size, path)
    assert root != root_from(merkle.leaf(b"another"), index, size, path)
    for other in range(size):
        if other != index:
            assert root != root_from(leaves[index], other, size, path)
    assert root_from(leaves[index], index, size, [*path, b"x" * 32]) is None


@pytest.fixture
async def home(url, tmp_path):
    opened = await EvidenceHome(tmp_path / "home", database_url=url).open()
    yield opened
    await opened.close()


def service(home: EvidenceHome) -> Statements:
    at = home.settings
    count = Completeness(home.database, at.audio, at.sealed, at.zone).day
    return Statements(home.database, home.keys, at.zone, count)


async def sealed(home: EvidenceHome, numbers: range) -> None:
    for number in numbers:
        await home.talk(number)
    await Sealer(home.database, home.keys, home.settings).pass_once()


async def test_each_entry_is_proved_by_the_statement_that_covers_it(home):
    await sealed(home, range(1, 4))
    first = await service(home).nightly(T0.date(), T0 + timedelta(days=1))
    await sealed(home, range(4, 9))
    with pytest.raises(NotSigned):
        await service(home).proof(4)
    second = await service(home).interim(T0 + timedelta(days=1, hours=3))
    assert [(1, 1, 3), (2, 4, 8)] == [(one.seq, one.first_seq, one.last_seq) for one in (first, second)]
    for seq in range(1, 9):
        proof = await service(home).proof(seq)
        root = root_from(
            merkle.leaf(bytes.fromhex(proof.leaf)),
            proof.index,
            proof.size,
            [bytes.fromhex(p) for p in proof.path],
        )
        chain = proof.statement.facts()["chain"]
        assert isinstance(chain, dict)
        assert root is not None
        assert chain["root"] == root.hex()


async def test_the_days_figures_are_in_the_statement(home):
    await sealed(home, range(1, 4))
    await home.talk(9, audio=False)
    stated = (await service(home).nightly(T0.date(), T0 + timedelta(days=1))).facts()
    assert (4, 3, ["missing"]) == (
        stated["conversations"],
        stated["recordings"],
        [gap["kind"] for gap in stated["gaps"]],  # type: ignore[attr-defined]
    )


async def test_a_day_is_stated_once_and_nothing_new_needs_no_interim_one(home):
    await sealed(home, range(1, 3))
    one = await service(home).nightly(T0.date(), T0 + timedelta(days=1))
    assert one == await service(home).nightly(T0.date(), T0 + timedelta(days=2))
    assert one == await service(home).interim(T0 + timedelta(days=2))


async def three(home: EvidenceHome) -> tuple[list, bytes]:
    for number in range(1, 4):
        await sealed(home, range(number, number + 1))
        await service(home).interim(T0 + timedelta(days=number))
    return await service(home).all(), home.keys.public()


async def test_untouched_statements_have_no_fault(home):
    statements, key = await three(home)
    assert [] == list(faults(statements, key))


@pytest.mark.parametrize("at", [0, 1, 2])
async def test_one_changed_character_of_a_body_or_signature_is_named_and_nothing_else(home, at):
    statements, key = await three(home)
    expected = [f"statement {at + 1}: its signature is wrong or it was changed"]
    for field in ("body", "signature"):
        text = getattr(statements[at], field)
        altered = list(statements)
        altered[at] = replace(
            statements[at], **{field: text[:40] + ("0" if text[40] != "0" else "1") + text[41:]}
        )
        assert expected == list(faults(altered, key))


async def test_a_missing_statement_and_a_changed_row_are_named(home):
    statements, key = await three(home)
    assert ["statement 2: missing"] == list(faults([statements[0], statements[2]], key))
    altered = [statements[0], replace(statements[1], last_seq=9), statements[2]]
    assert ["statement 2: its row does not say what was signed"] == list(faults(altered, key))


async def test_another_key_signed_nothing_of_this(home, tmp_path):
    statements, _ = await three(home)
    other = await EvidenceHome(tmp_path / "other").open()
    assert 3 == len(list(faults(statements, other.keys.public())))
    await other.close()
