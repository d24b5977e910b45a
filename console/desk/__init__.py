"""Desk: the consultant's own page, its live stream, the commands a consultant may give for their own seat."""
