"""The natural way of a call: welcome, wait, talk, after."""

from ivr.flow.way import take

__all__ = ["take"]
