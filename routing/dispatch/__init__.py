"""The dispatcher (ACD): which consultant serves which caller, in which order, and what follows.

In: events of callers and consultants, and time, as arguments. Out: decisions as values (`decisions`).
Pure, but for `service` and `ticket`, by which the calls' own code waits for its turn.
"""
