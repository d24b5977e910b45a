"""How much of what strangers write in SIP headers is read and kept, each limit once; pure.

A name or number may have thousands of bytes. Asterisk cuts some, hands others over whole; what is cut here is
cut between letters, and no call is refused for it. Words of people who work here are never cut: they are
kept or refused (config/reasons.py).
"""

from typing import Final

DIALLED: Final = 48  # letters of a number that a trunk dials: its pattern is 240 long, and Asterisk takes 255
NUMBER: Final = 79  # letters of a caller's number, as Asterisk cuts it
IDENTITY_HEADERS: Final = 6  # of one name that are read: RFC 3325 allows two, RFC 3323 one
AGI_VALUE: Final = 1024  # letters of one value of an AGI request
AGI_REQUEST: Final = 64 * 1024  # bytes of one AGI request that names its token
UNKNOWN_AGI_REQUEST: Final = 16 * 1024  # ... and of one that has yet to do so
JOURNAL: Final = 200  # letters of a caller's number in a row or a line of the spool
