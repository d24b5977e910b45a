"""What follows from the line's events while the engine lives, besides the calls themselves.

In: events from AMI and the channel event log, decisions of the dispatcher, the state kept in the journal.
Out: live state, events for the dispatcher, rows for the journal, AMI actions (survival's queue, rings taken
back, callers fetched back), alarms.
"""
