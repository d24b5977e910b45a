"""Calendar: when a body works, and when what waits for it may leave (A16, A23, C2).

In: a body's weekly hours, days that are out of the ordinary, a moment. Out: the first working minute with its
why, the end of a legal term. `working_time` reckons, `why` and `words` tell the reason, `terms` the law's
terms, `holiday_library` what days are filled in with; `store` has the days, `service` is the door.
"""
