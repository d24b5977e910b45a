"""Retention: which policy lets recordings and rows go, what holds them, and what was destroyed.

In: the policies of the settings, and who answers as `Holds`. Out: a plan, destroyed keys, removed rows, runs.
`plan` and `holds` are pure; this room knows neither demands nor appeals (decision 0107).
"""
