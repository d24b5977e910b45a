"""The evidence's values and tables: call, recording, journal entry, access, statement, chain of hashes.

In: nothing but config; every other room of recordings speaks in these. Out: frozen values, the tables'
columns, and pure rules over them (hash chain, levels, what is still open). Nothing here reads or writes.
"""
