"""A call's number on its way to the database and back (A5)."""

from dataclasses import replace

from recordings.model.call_record import CallRecord
from recordings.privacy.numbers import Numbers

UNREADABLE = "unreadable"  # stands for a number whose key is not at hand


def hide_caller(record: CallRecord, numbers: Numbers) -> CallRecord:
    """The record as it may lie on a disk; one that is hidden already stays as it is."""
    number = record.pii_caller
    if number is None or numbers.is_hidden(number):
        return record
    return replace(record, pii_caller=numbers.hide(number), caller_index=numbers.index(number))


def reveal_caller(caller: str | None, numbers: Numbers | None) -> str | None:
    """A caller's number as it was dialled from; UNREADABLE without the right key, None when withheld."""
    if caller is None or not Numbers.is_hidden(caller):
        return caller
    if numbers is None:
        return UNREADABLE
    try:
        return numbers.reveal(caller)
    except ValueError:
        return UNREADABLE
