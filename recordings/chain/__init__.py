"""The chain of sealed recordings, its signed statements, and the proofs."""
