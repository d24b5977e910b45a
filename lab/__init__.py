"""Lab: phones of our own that call, answer, sound and measure, on loopback; the demo; invented calls.

In: a line that runs in the lab profile (its addresses and passwords, run/lab.json), or settings to fill a
home (`fill`). Out: SIP, RTP and what was heard, for tests, benchmarks, `make demo` and `ivr111 lab`
(`commands`); `dispatcher` simulates whole days in virtual time. Nothing of the product imports it.
"""
