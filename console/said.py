"""The engine's reasons for refusing an order, as people read them."""

import re
from typing import Final


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message that is translated later
    """Marks a message for the catalogues."""
    return message


REASONS: Final = (
    (r"no longer waits", N_("This caller no longer waits.")),
    (r"no such consultant|no consultant", N_("There is no such consultant.")),
    (
        r"takes no calls now",
        N_("This consultant takes no calls now: choose somebody on shift and not paused."),
    ),
    (r"is not in wrap-up", N_("This consultant is not in wrap-up.")),
    (r"is in no conversation", N_("This consultant is in no conversation.")),
    (r"no phone of your own", N_("You have no phone of your own here: ask the administrator for one.")),
    (r"did not ring", N_("Your phone did not ring: is it switched on and registered?")),
    (r"this needs", N_("Your role does not allow this.")),
    (
        r"Asterisk did not take|Asterisk does not answer",
        N_("The telephone exchange does not answer: try again."),
    ),
)
OTHERWISE: Final = N_("The order was not carried out.")


def reason(error: str) -> str:
    """The message to translate."""
    for pattern, message in REASONS:
        if re.search(pattern, error):
            return message
    return OTHERWISE
