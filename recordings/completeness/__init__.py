"""Completeness: every answered conversation compared with its playable recording, without end (A19).

In: the journal's conversations and recordings, sizes of files. Out: gaps (missing, left over, too short, too
long), counts of a day, an alarm within a minute of a conversation's end. `compare` is pure.
"""
