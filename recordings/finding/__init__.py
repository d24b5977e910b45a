"""Search for conversations: by date and caller's number first, and by an appeal's number (C6, A12).

In: criteria as asked. Out: calls with their recordings, counts, numbers a slip of the pen away, which calls
an open appeal keeps, a piece of a recording to be heard. `criteria`, `civil_day`, `near_numbers` and
`wav_piece` are pure.
"""
