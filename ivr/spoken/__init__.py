"""Numbers, places, times and dates as sounds, with the grammar of each language."""

from ivr.spoken.compose import Spoken, cardinal, clock, date, digits, duration, ordinal, place

__all__ = ["Spoken", "cardinal", "clock", "date", "digits", "duration", "ordinal", "place"]
