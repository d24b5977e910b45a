"""Row chain: every row that a court may ask for, bound version by version into a chain (decision 0062).

In: rows about to be written (`entered` stands around each write), the number keys. Out: entries with a mark
that only these keys can make; which rows another hand changed.
`bound_tables` names the tables; `entry` is pure; older rows are adopted once (`adoption`, `worker`).
"""
