"""The legs of all calls: whether they are heard, whether anybody is there, keys that come as tones.

In: Asterisk's counts of packets, the phones' reachability, answers of the process on the wire (`wire`).
Out: callers passed over while they are silent, legs followed or ended, alerts and marks for the journal.
"""
