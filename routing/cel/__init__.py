"""The channel event log (CEL) read from disk: what happened, also while the engine was away.

In: CEL's CSV files as Asterisk writes and rotates them, and how far they were read.
Out: the same events that AMI brings (`routing/live/events`), call by call, and the place to go on from.
"""
