"""Watch over appeals: what is open or in breach, reports, the wallboard's strip (`pages`).

In: rows of the register in clear columns, a period, filters. Out: pages, files of reports, the strip's
counts; nothing personal, and no change of anything.
"""
