"""Commands of a consultant for their own seat (A6); edge."""

from typing import Final

from config.rights import Right
from console.http.commands import Commands

COMMANDS: Final[Commands] = {
    "own/start": ("shift.start", Right.OWN_DESK, ("own",)),
    "own/end": ("shift.end", Right.OWN_DESK, ("own",)),
    "own/pause": ("consultants.pause", Right.OWN_DESK, ("own", "reason")),
    "own/release": ("consultants.unpause", Right.OWN_DESK, ("own", "only=pause")),
    "own/more": ("desk.wrap_up_more", Right.OWN_DESK, ("own",)),
    "own/ready": ("steer.wrap_up_end", Right.OWN_DESK, ("own",)),
    "own/1414": ("desk.transfer_1414", Right.OWN_DESK, ("own", "call")),
}
