"""The engine's reasons for refusing an order, as people read them."""

import re
from typing import Final


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message that is translated later
    """Marks a message for the catalogues."""
    return message


REASONS: Final = (
    (r"no longer waits", N_("This caller is no longer waiting.")),
    (r"no such consultant|no consultant", N_("There is no such consultant.")),
    (
        r"takes no calls now",
        N_("This consultant takes no calls now: choose somebody on shift and not paused."),
    ),
    (r"is not in wrap-up", N_("This consultant is not in wrap-up.")),
    (r"take a pause instead", N_("Wrap-up is long enough: take a pause instead.")),
    (r"that call is over", N_("That call is over: nothing was ordered.")),
    (r"is in no conversation", N_("This consultant is in no conversation.")),
    (r"no phone of your own", N_("No phone is assigned to you: tell the administrator.")),
    (
        r"forwards its calls: nothing",
        N_("Your phone forwards its calls, so nothing was dialled: end the forwarding on the phone."),
    ),
    (r"did not ring", N_("Your phone did not ring: is it switched on and registered?")),
    (r"there is an account", N_("There is an account with this login already.")),
    (r"one phone, one person", N_("This phone is another account's already.")),
    (r"there is no account", N_("There is no such account.")),
    (r"on your account page", N_("Your own password is changed on the page My account.")),
    (r"another administrator", N_("For your own account another administrator must do this.")),
    (r"^login:", N_("The login must be of small Latin letters, digits and . _ -, two at least.")),
    (r"^person:", N_("Write the name on one line, at most 80 letters.")),
    (r"consultant's account|^consultant:", N_("Choose the consultant's phone for this account.")),
    (r"settings.toml", N_("The settings name this login otherwise: use the same name and role.")),
    (
        r"access log cannot be written",
        N_("The access log cannot be written now, so nobody may listen. Tell the administrator."),
    ),
    (r"access log keeps|at most \d+ letters", N_("The reason is too long: say it shorter.")),
    (r"this needs", N_("Your role does not allow this.")),
    (
        r"Asterisk did not take|Asterisk does not answer",
        N_("The telephone exchange does not answer: try again."),
    ),
)
OTHERWISE: Final = N_("Not done. Try again.")


def reason(error: str) -> str:
    """The message to translate."""
    for pattern, message in REASONS:
        if re.search(pattern, error):
            return message
    return OTHERWISE
