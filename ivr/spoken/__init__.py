"""Numbers, places, times and dates as sounds, with the grammar of each language.

In: integers, times of day, civil dates, seconds. Out: words, and the names of the sounds that say them, in
order (`Spoken`); `kk` and `ru` have the grammar, `compose` asks one of them. No sound is touched.
"""

from ivr.spoken.compose import Spoken, cardinal, clock, date, digits, duration, ordinal, place

__all__ = ["Spoken", "cardinal", "clock", "date", "digits", "duration", "ordinal", "place"]
