"""Access log: who listened, exported, searched or administered, and why, as a chain of hashes (A5, A19).

In: an act and its reason, before it is done. Out: entries, how acts ended, faults of the chain.
Its values and hashes are in `model` (`access_entry`, `hash_chain`); the row is written here.
"""
