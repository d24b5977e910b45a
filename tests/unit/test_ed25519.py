"""The package's own Ed25519: RFC 8032's vectors, and no other verdict than the library's."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.package.verify_package import L, ed25519_verify

# RFC 8032, 7.1: public key, message, signature.
VECTORS = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_the_rfcs_vectors_verify(name):
    key, message, signature = (bytes.fromhex(part) for part in VECTORS[name])
    assert ed25519_verify(key, message, signature)
    assert not ed25519_verify(key, message + b"x", signature)


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_agrees_with_the_library_and_no_flipped_bit_passes(secret, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(secret)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert ed25519_verify(key, message, signature)
    altered = bytearray(signature)
    altered[bit // 8] ^= 1 << bit % 8
    assert not ed25519_verify(key, message, bytes(altered))
    other = bytearray(key)
    other[bit % 32] ^= 1
    assert not ed25519_verify(bytes(other), message, signature)


def test_a_response_beyond_the_groups_order_is_refused():
    key, message, signature = (bytes.fromhex(part) for part in VECTORS["TEST 2"])
    again = int.from_bytes(signature[32:], "little") + L
    assert not ed25519_verify(key, message, signature[:32] + again.to_bytes(32, "little"))


@pytest.mark.parametrize("key, signature", [(b"", b""), (b"x" * 31, b"y" * 64), (b"\xff" * 32, b"y" * 64)])
def test_what_is_no_key_or_signature_is_refused(key, signature):
    assert not ed25519_verify(key, b"m", signature)
