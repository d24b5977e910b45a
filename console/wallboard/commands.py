"""Commands of a supervisor from the wallboard (A9, C2); edge."""

from typing import Final

from config.rights import Right
from console.http.commands import Commands

COMMANDS: Final[Commands] = {
    "spy": ("steer.spy", Right.SPY, ("consultant", "mode", "phone", "call")),
    "spy-end": ("steer.spy_end", Right.SPY, ("phone",)),
    "pause": ("consultants.pause", Right.STEER, ("id", "reason")),
    "release": ("consultants.unpause", Right.STEER, ("id", "only=pause")),
    "shift-start": ("shift.start", Right.STEER, ("id",)),
    "log-out": ("shift.end", Right.STEER, ("id",)),
    "move-up": ("steer.move_up", Right.STEER, ("call",)),
    "assign": ("steer.assign", Right.STEER, ("call", "consultant")),
    "unassign": ("steer.unassign", Right.STEER, ("call",)),
    "wrap-up-end": ("steer.wrap_up_end", Right.STEER, ("id",)),
    "divert": ("queue.divert", Right.STEER, ("language",)),
    "undivert": ("queue.undivert", Right.STEER, ("language",)),
}
