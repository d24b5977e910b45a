"""Desk: the consultant's own page, with its live stream (`pages`).

In: the board's row of one's own seat. Out: that page, and commands for one's own seat alone
(`commands`): shift, pause, wrap-up, 1414.
"""
