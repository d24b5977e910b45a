"""Chain of sealed recordings, its signed statements, and proofs that an entry stands in it (A19).

In: what was sealed or destroyed, the day's counts, the signing key. Out: entries, statements as rows and
files, Merkle proofs, faults named one by one.
`entry`, `merkle`, `statement_copies` and `verification` are pure; `store` appends, `statement_files` writes,
`service` signs.
"""
