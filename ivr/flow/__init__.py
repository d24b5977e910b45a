"""The natural way of a call: welcome, wait, talk, after."""

from ivr.flow.stages import take

__all__ = ["take"]
