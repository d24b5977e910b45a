"""The natural way of a call: welcome, wait, talk, transfer, after; a file a stage.

In: a `Call`, the queue, the timers (`stages.serve_call`). Out: what the stages say on the line and note.
Each returns the stage that follows; `stages` has the tables.
"""

from ivr.flow.stages import serve_call

__all__ = ["serve_call"]
