"""The access log: who heard, saw or took what, and why (A5, A18), written before the act is allowed.

In: acts as model/access_entry.py makes them. Out: the chained entries, filtered or checked against signed
statements. Written from beside the engine too: the table's own lock keeps the chain whole.
"""
