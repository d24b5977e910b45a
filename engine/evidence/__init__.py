"""Evidence process: seals, compares, states, watches terms, beside the engine and never in a call's way.

In: settings, keys, the journal's database, the spool. Out: sealed recordings, statements and their copies
elsewhere, alarms, its state on a socket; for commands and pages the same services (`services`), and the
verification of everything (`verify_all`).
"""
