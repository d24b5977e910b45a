"""Desk: the consultant's own page, its live stream, the orders a consultant may give for their own seat."""
