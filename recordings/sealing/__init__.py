"""Sealed recordings: joined, compressed, encrypted, read back, and the raw ones gone only then."""
