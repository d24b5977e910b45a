"""AMI noise is filtered at the source: only these events reach the engine."""

from typing import Final

from dialplan import words as w

EVENTS: Final = tuple(
    """
FullyBooted Newchannel Newstate DialBegin DialEnd BridgeEnter BridgeLeave Hold Unhold HangupRequest Hangup
QueueCallerJoin AgentCalled AgentConnect AgentRingNoAnswer UserEvent ContactStatus ChanSpyStart ChanSpyStop
DTMFBegin DTMFEnd
""".split()
)


def event_filters() -> tuple[str, ...]:
    """`eventfilter` lines of manager.conf: an allow-list, and of variables only the engine's own."""
    lines = [f"eventfilter(action(include),name({event})) =" for event in EVENTS]
    lines.append(
        f"eventfilter(action(include),name(VarSet),header(Variable),method(starts_with)) = {w.PREFIX}"
    )
    lines.append(
        "eventfilter(action(include),name(DeviceStateChange),header(Device),method(starts_with)) = PJSIP/"
    )
    return tuple(lines)
