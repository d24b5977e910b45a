"""Figures: past days, by the same formulas as the wallboard (`pages`).

In: two civil days, and the journal read by them. Out: a page of its figures,
charts and rows; nothing live.
"""
