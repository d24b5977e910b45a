"""Steps of a hand-over: moves between its states, as data; nothing else moves it; pure (A10, A16, A17)."""

from appeals.model.hand_over import HandOverState
from config.told import told

S = HandOverState
MOVES: frozenset[tuple[HandOverState, HandOverState]] = frozenset(
    {
        (S.WAITING, S.WAITING),  # the body's hours changed: another moment, with its why
        (S.WAITING, S.SENDING),
        (S.WAITING, S.WITHDRAWN),
        (S.SENDING, S.SENT),
        (S.SENDING, S.FAILED),
        (S.SENDING, S.RECEIVED),  # by telephone: accepted and received are one
        (S.SENDING, S.ESCALATED),  # no channel got through in time
        (S.SENDING, S.ANSWERED),  # answered before any channel said anything
        (S.SENT, S.SENDING),  # by the next channel, or to the deputy
        (S.SENT, S.RECEIVED),
        (S.SENT, S.ESCALATED),
        (S.SENT, S.ANSWERED),  # answered without a receipt before it
        (S.SENT, S.FAILED),  # a failure notice came back
        (S.FAILED, S.SENDING),  # by hand, or with another contact
        (S.FAILED, S.ESCALATED),
        (S.FAILED, S.WITHDRAWN),
        (S.FAILED, S.RECEIVED),  # told by another way, typed in
        (S.FAILED, S.ANSWERED),
        (S.RECEIVED, S.ANSWERED),
        (S.RECEIVED, S.ESCALATED),  # received, and never answered
        (S.ESCALATED, S.RECEIVED),  # late, but told all the same
        (S.ESCALATED, S.ANSWERED),
        (S.ANSWERED, S.ANSWERED),  # answered anew: the earlier answer stays in the history
    }
)


class WrongHandOverStep(ValueError):
    """The hand-over stands where this cannot be done; the text says what can."""


def move(state: HandOverState, to: HandOverState) -> HandOverState:
    """The state after a move. Raises WrongHandOverStep."""
    if (state, to) not in MOVES:
        ways = ", ".join(sorted(str(after) for before, after in MOVES if before is state)) or "nothing"
        raise WrongHandOverStep(
            told(
                "a hand-over that is {state} cannot become {to}; it may become: {ways}",
                state=told(str(state)),
                to=told(str(to)),
                ways=ways,
            )
        )
    return to
