"""Small stories about who serves whom: what happens on the left, what is decided on the right."""

import pytest

from routing.dispatch.decisions import Assign, Decision, NobodyOnShift, RaiseAlarm, SomebodyOnShift, Withdraw
from routing.dispatch.dispatcher import Consultant, Dispatcher, Rules, Waiting

SPEAKS = {"a": ("kk", "ru"), "b": ("ru", "kk"), "k": ("kk",), "r": ("ru",)}


def told(decision: Decision) -> str:
    """One word per decision: `x>a longest_waiting first_language`."""
    match decision:
        case Assign(call, consultant, why=why):
            return f"{call}>{consultant} {why.caller} {why.consultant}"
        case Withdraw(call, consultant, why):
            return f"withdraw {call}>{consultant} {why}"
        case NobodyOnShift(call):
            return f"nobody for {call}"
        case SomebodyOnShift(call):
            return f"somebody for {call}"
        case RaiseAlarm(kind):
            return f"alarm {kind}"


def live(story: str, rules: Rules) -> list[str]:
    """Play `time | event about … | decisions` lines; each line's right side is what was really decided."""
    dispatcher = Dispatcher(rules)
    told_lines = []
    for line in filter(None, map(str.strip, story.splitlines())):
        at, what, _ = (part.strip() for part in line.split("|"))
        event, *about = what.split()
        decisions = happen(dispatcher, event, about, float(at))
        told_lines.append(f"{at} | {what} | {', '.join(map(told, decisions))}".strip())
    return told_lines


def happen(dispatcher: Dispatcher, event: str, about: list[str], now: float) -> list[Decision]:
    """The story's words for the dispatcher's events."""
    match event:
        case "comes":
            who = Consultant(about[0], SPEAKS[about[0][0]])
            return dispatcher.consultant_known(who, now) + dispatcher.reachable(about[0], now)
        case "calls":
            call, language, *rest = about
            priority = int(rest[0]) if rest else 0
            arrived = float(rest[1]) if len(rest) > 1 else now
            return dispatcher.caller_waits(Waiting(call, language, arrived, priority), now)  # type: ignore[arg-type]
        case "misses":
            return dispatcher.ring_missed(*about, "no answer", now)
        case "back" | "1414":
            return dispatcher.reservation_ended(*about, event == "back", now)
        case "ends":
            return dispatcher.conversation_ended(*about, now)
        case "time":
            return dispatcher.due(now)
        case "drops":
            return dispatcher.failed(about[0], about[1], "drops", True, now)
        case "forwards":
            return dispatcher.ring_missed(*about, "forwards", now)
        case "refuses":
            return dispatcher.ring_missed(*about, "busy", now)
        case "extends":
            return dispatcher.wrap_up_extended(about[0], float(about[1]), now)
        case "leaves":
            return dispatcher.caller_left(about[0], now)
        case "forgotten":
            return dispatcher.consultant_forgotten(about[0], now)
        case "pauses":
            return dispatcher.paused(about[0], "break", now)
        case "talks":
            return dispatcher.found_talking(Waiting(about[0], "ru", 0), about[1], now)
        case _:
            return getattr(dispatcher, event)(*about, now)  # type: ignore[no-any-return]


FIRST = "longest_waiting first_language"
FURTHER = "longest_waiting further_language"

STORIES = {
    "the longest idle consultant is rung, and the longest waiting caller is served": f"""
        0  | comes k1             |
        1  | comes k2             |
        2  | calls x kk           | x>k1 {FIRST}
        3  | calls y kk           | y>k2 {FIRST}
        4  | calls z kk           |
        5  | calls w kk           |
        6  | answered y k2        |
        7  | ends y k2            | z>k2 {FIRST}
    """,
    "one whose first language it is comes before one who has been idle for longer": f"""
        0  | comes a              |
        1  | comes r              |
        2  | calls x ru           | x>r {FIRST}
        3  | calls y ru           | y>a {FURTHER}
    """,
    "one who speaks both serves the longest waiting, whatever the language": f"""
        0  | comes b              |
        1  | calls x ru           | x>b {FIRST}
        2  | calls y kk           |
        3  | calls z ru           |
        4  | answered x b         |
        5  | ends x b             | y>b {FURTHER}
    """,
    "priority goes before waiting time, also across languages": """
        0  | comes b              |
        1  | calls x ru           | x>b longest_waiting first_language
        2  | calls y ru           |
        3  | calls z kk 5         |
        4  | ends x b             | z>b priority further_language
    """,
    "a missed ring goes on to the next, and the first is passed over for a while": f"""
        0  | comes k1             |
        1  | comes k2             |
        2  | calls x kk           | x>k1 {FIRST}
        22 | misses x k1          | x>k2 {FIRST}
        23 | answered x k2        |
        24 | ends x k2            |
        25 | calls y kk           | y>k2 {FIRST}
        26 | answered y k2        |
        82 | time                 |
        83 | ends y k2            |
        84 | calls z kk           | z>k1 {FIRST}
    """,
    "the last available consultant is rung again at once, with an alarm": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        21 | misses x k1          | alarm last_consultant_missed, x>k1 {FIRST}
        41 | misses x k1          | alarm last_consultant_missed, x>k1 {FIRST}
    """,
    "the next one who misses is the last: rung again while the first is passed over": f"""
        0  | comes k1             |
        0  | comes k2             |
        1  | calls x kk           | x>k1 {FIRST}
        21 | misses x k1          | x>k2 {FIRST}
        41 | misses x k2          | alarm last_consultant_missed, x>k2 {FIRST}
    """,
    "one passed over is rung after all when nobody else is available": f"""
        0  | comes k1             |
        0  | comes k2             |
        1  | calls x kk           | x>k1 {FIRST}
        21 | misses x k1          | x>k2 {FIRST}
        22 | calls y kk           | y>k1 longest_waiting passed_over
    """,
    "the last of one language may be passed over in the other": f"""
        0  | comes a              |
        0  | comes r              |
        1  | calls w ru           | w>r {FIRST}
        2  | calls x ru           | x>a {FURTHER}
        3  | answered w r         |
        4  | ends w r             |
        22 | misses x a           | x>r {FIRST}
        23 | calls y kk           | y>a {FIRST}
    """,
    "a phone that refuses at once gets a breath before it is dialled again": f"""
        0    | comes k1           |
        1    | calls x kk         | x>k1 {FIRST}
        1.1  | misses x k1        | alarm last_consultant_missed
        2.9  | time               |
        3.0  | time               | x>k1 {FIRST}
    """,
    "a human's pause is obeyed at once, also during a ring": f"""
        0  | comes k1             |
        0  | comes k2             |
        1  | calls x kk           | x>k1 {FIRST}
        2  | pauses k1            | withdraw x>k1 paused
        3  | misses x k1          | x>k2 {FIRST}
        4  | calls y kk           |
        5  | released k1          | y>k1 {FIRST}
    """,
    "with nobody on shift each caller is told once, and served when somebody comes": f"""
        0  | calls x kk           | nobody for x
        1  | calls y kk           | nobody for y
        2  | comes r              |
        3  | comes k1             | somebody for x, somebody for y, x>k1 {FIRST}
    """,
    "when the last one leaves while they wait each caller is told": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        2  | calls y kk           |
        3  | calls z kk           |
        4  | answered x k1        |
        5  | pauses k1            | alarm nobody_on_shift, nobody for y, nobody for z
        6  | released k1          | somebody for y, somebody for z
        7  | ends x k1            | y>k1 {FIRST}
    """,
    "one who talks is on shift though the network lost the phone": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        2  | answered x k1        |
        3  | unreachable k1       |
        4  | calls y kk           |
        5  | ends x k1            | alarm nobody_on_shift, nobody for y
    """,
    "a failed 1414 brings the caller back to the same consultant": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        2  | answered x k1        |
        3  | calls y kk           |
        4  | reserved x k1        |
        5  | comes k2             | y>k2 {FIRST}
        6  | back x k1            | x>k1 stayed stayed
        26 | misses x k1          | alarm last_consultant_missed, x>k1 returned first_language
    """,
    "with that consultant gone the caller is at the head of the queue": """
        0  | comes k1             |
        1  | calls x kk           | x>k1 longest_waiting first_language
        2  | answered x k1        |
        3  | calls y kk 9         |
        5  | reserved x k1        |
        6  | unreachable k1       | alarm nobody_on_shift, nobody for y
        7  | back x k1            | nobody for x
        8  | comes k2             | somebody for x, somebody for y, x>k2 returned first_language
    """,
    "a caller who comes back with the same arrival has the old place": f"""
        0  | calls x kk 0 0       | nobody for x
        1  | calls y kk 0 1       | nobody for y
        2  | leaves x             |
        3  | calls x kk 0 0       | nobody for x
        4  | comes k1             | somebody for x, somebody for y, x>k1 {FIRST}
    """,
    "a supervisor's orders: one up, one to a certain consultant": """
        0  | comes k1             |
        0  | comes r              |
        1  | calls w kk           | w>k1 longest_waiting first_language
        2  | calls x kk           |
        3  | calls y kk           |
        4  | calls z kk           |
        5  | move_up z            |
        6  | assign_to y r        | y>r ordered ordered
        7  | ends w k1            | z>k1 moved_up first_language
    """,
    "an order waits for its consultant, and ends with the shift": """
        0  | comes k1             |
        0  | comes k2             |
        1  | calls w kk           | w>k1 longest_waiting first_language
        1  | calls v kk           | v>k2 longest_waiting first_language
        2  | calls x kk           |
        3  | calls y kk           |
        4  | assign_to y k1       |
        5  | ends v k2            | x>k2 longest_waiting first_language
        6  | ends x k2            |
        7  | pauses k1            | withdraw w>k1 paused, y>k2 ordered first_language
    """,
    "an order to one who has gone meanwhile does not keep the caller waiting": """
        0  | comes k1             |
        1  | calls x kk           | x>k1 longest_waiting first_language
        2  | comes k2             |
        3  | calls v kk           | v>k2 longest_waiting first_language
        4  | assign_to x k2       | withdraw x>k1 ordered
        5  | pauses k2            | withdraw v>k2 paused
        6  | misses x k1          | x>k1 ordered first_language
    """,
    "a ring of which nobody saw the end is believed to be a conversation": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        2  | calls y kk           |
        26 | time                 | alarm answer_unseen
        90 | ends x k1            | y>k1 {FIRST}
    """,
    "a phone that answers and drops: the old place, another one first, no wrap-up": f"""
        0  | comes k1             |
        0  | comes k2             |
        1  | calls x kk           | x>k1 {FIRST}
        2  | calls y kk           | y>k2 {FIRST}
        3  | calls z kk           |
        4  | answered x k1        |
        5  | drops x k1           | alarm phone_drops
        6  | answered y k2        |
        6  | ends y k2            | x>k2 {FIRST}
        7  | time                 | z>k1 longest_waiting passed_over
    """,
    "one that drops again and again is nobody's for a minute, and proves itself by staying": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        2  | answered x k1        |
        2  | drops x k1           | alarm phone_drops
        4  | time                 | x>k1 longest_waiting passed_over
        5  | drops x k1           | alarm phone_drops
        9  | time                 | x>k1 longest_waiting passed_over
        10 | drops x k1           | alarm phone_drops, alarm nobody_on_shift, nobody for x
        69 | time                 |
        70 | time                 | somebody for x, x>k1 {FIRST}
        71 | answered x k1        |
        72 | time                 |
        73 | drops x k1           | alarm phone_drops
        75 | time                 | x>k1 longest_waiting passed_over
    """,
    "one that forwards is rung ever more seldom, and after a minute is nobody's": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        1  | forwards x k1        | alarm phone_forwards
        3  | time                 | x>k1 longest_waiting passed_over
        3  | forwards x k1        | alarm phone_forwards
        7  | time                 | x>k1 longest_waiting passed_over
        7  | forwards x k1        | alarm phone_forwards
        15 | time                 | x>k1 longest_waiting passed_over
        15 | forwards x k1        | alarm phone_forwards
        31 | time                 | x>k1 longest_waiting passed_over
        31 | forwards x k1        | alarm phone_forwards
        63 | time                 | x>k1 longest_waiting passed_over
        63 | forwards x k1        | alarm phone_forwards, alarm nobody_on_shift, nobody for x
        123 | time                | somebody for x, x>k1 {FIRST}
    """,
    "one that refuses at once is rung ever more seldom": f"""
        0  | comes k1             |
        1  | calls x kk           | x>k1 {FIRST}
        1  | refuses x k1         | alarm last_consultant_missed
        3  | time                 | x>k1 {FIRST}
        3  | refuses x k1         | alarm last_consultant_missed
        6  | time                 |
        7  | time                 | x>k1 {FIRST}
    """,
    "a caller without a sign of life is passed over, and has the old place when it comes back": f"""
        0  | comes k1             |
        1  | calls w kk           | w>k1 {FIRST}
        2  | calls ghost kk       |
        3  | calls x kk           |
        4  | calls y kk           |
        5  | doubted ghost        |
        6  | ends w k1            | x>k1 {FIRST}
        7  | trusted ghost        |
        8  | ends x k1            | ghost>k1 {FIRST}
    """,
    "a ring for a caller who has vanished is withdrawn, and the next caller has the consultant": f"""
        0  | comes k1             |
        1  | calls ghost kk       | ghost>k1 {FIRST}
        2  | calls x kk           |
        3  | doubted ghost        | withdraw ghost>k1 caller_unanswered
        4  | misses ghost k1      | x>k1 {FIRST}
        5  | trusted ghost        |
        6  | ends x k1            | ghost>k1 {FIRST}
    """,
    "nobody is rung for a caller without a sign of life, who is served at once when it comes back": f"""
        0  | comes k1             |
        1  | calls w kk           | w>k1 {FIRST}
        2  | calls ghost kk       |
        3  | doubted ghost        |
        4  | ends w k1            |
        5  | trusted ghost        | ghost>k1 {FIRST}
    """,
    "a caller without a sign of life who leaves is forgotten": f"""
        0  | comes k1             |
        1  | calls w kk           | w>k1 {FIRST}
        2  | calls ghost kk       |
        3  | doubted ghost        |
        4  | leaves ghost         |
        5  | calls x kk           |
        6  | ends w k1            | x>k1 {FIRST}
    """,
    "a conversation that outlived another engine keeps its consultant": f"""
        0  | comes r              |
        1  | talks x r            |
        2  | calls y ru           |
        3  | ends x r             | y>r {FIRST}
    """,
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    expected = [
        " | ".join(part.strip() for part in line.split("|")).strip()
        for line in STORIES[name].splitlines()
        if line.strip()
    ]
    assert live(STORIES[name], Rules(wrap_up_seconds=0)) == expected
