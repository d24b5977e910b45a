"""Refusals as people read them on a page, by their code; pure."""

from collections.abc import Mapping
from typing import Final

from config.refusals import Code


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message that is translated later
    """Marks a message for the catalogues."""
    return message


OTHERWISE: Final = N_("Not done. Try again.")
# Refusals that no page of ours can bring about: of commands, of who asks, of a fault.
OF_NO_PAGE: Final = frozenset(
    {
        Code.UNKNOWN_MODE,
        Code.UNKNOWN_QUEUE,
        Code.UNKNOWN_LANGUAGES,
        Code.NOT_NOTED_FROM_OUTSIDE,
        Code.NOTHING_TO_NOTE,
        Code.NOT_THE_CONSOLE,
        Code.ASKED_FOR_NOBODY,
        Code.REASON_MISSING,
        Code.ASKER_UNFIT,
        Code.ASKER_NOT_ROOT,
        Code.DATABASE_SILENT,
        Code.SIGNED_IN_AS_ANOTHER,
        Code.ROOT_IS_NOBODY,
        Code.UNKNOWN_USER,
        Code.REASON_IS_NO_TEXT,
        Code.UNKNOWN_ROLE,
        Code.UNKNOWN_LANGUAGE,
        Code.PHONE_UNFIT,
        Code.CONSULTANT_ID_UNFIT,
        Code.CONSULTANT_EXISTS,
        Code.CONSULTANT_NAME_UNFIT,
        Code.ACTION_NEEDS_REASON,
        Code.UNKNOWN_ORDER,
        Code.ENGINE_FAULT,
    }
)
SENTENCES: Final[Mapping[Code, str]] = {
    Code.NO_LONGER_WAITS: N_("This caller is no longer waiting."),
    **dict.fromkeys((Code.NO_SUCH_CONSULTANT, Code.UNKNOWN_CONSULTANT), N_("There is no such consultant.")),
    Code.TAKES_NO_CALLS: N_("This consultant takes no calls now: choose somebody on shift and not paused."),
    Code.NOT_IN_WRAP_UP: N_("This consultant is not in wrap-up."),
    Code.WRAP_UP_LONG_ENOUGH: N_("Wrap-up is long enough: take a pause instead."),
    Code.CALL_OVER: N_("That call is over: nothing was ordered."),
    Code.NOT_TALKING: N_("This consultant is in no conversation."),
    Code.NO_OWN_PHONE: N_("No phone is assigned to you: tell the administrator."),
    Code.PHONE_FORWARDS: N_(
        "Your phone forwards its calls, so nothing was dialled: end the forwarding on the phone."
    ),
    **dict.fromkeys(
        (Code.PHONE_NOT_REGISTERED, Code.PHONE_NOT_FREE, Code.PHONE_NOT_RUNG),
        N_("Your phone did not ring: is it switched on and registered?"),
    ),
    Code.ACCOUNT_EXISTS: N_("There is an account with this login already."),
    **dict.fromkeys((Code.PHONE_TAKEN, Code.SEAT_TAKEN), N_("This phone is another account's already.")),
    **dict.fromkeys((Code.UNKNOWN_ACCOUNT, Code.ACCOUNT_NOT_LISTED), N_("There is no such account.")),
    Code.OWN_PASSWORD: N_("Your own password is changed on the page My account."),
    **dict.fromkeys(
        (Code.OWN_CLOSING, Code.OWN_SECOND_FACTOR),
        N_("For your own account another administrator must do this."),
    ),
    Code.LOGIN_UNFIT: N_("The login must be of small Latin letters, digits and . _ -, two at least."),
    Code.NAME_UNFIT: N_("Write the name on one line, at most 80 letters."),
    **dict.fromkeys(
        (Code.SEAT_MISSING, Code.SEAT_UNFIT), N_("Choose the consultant's phone for this account.")
    ),
    Code.LOGIN_NAMED_OTHERWISE: N_("The settings name this login otherwise: use the same name and role."),
    Code.LOG_UNWRITABLE: N_(
        "The access log cannot be written now, so nobody may listen. Tell the administrator."
    ),
    **dict.fromkeys(
        (Code.REASON_TOO_LONG, Code.PAUSE_REASON_UNFIT), N_("The reason is too long: say it shorter.")
    ),
    Code.RIGHT_MISSING: N_("Your role does not allow this."),
    **dict.fromkeys(
        (Code.ASTERISK_REFUSED, Code.ASTERISK_SILENT),
        N_("The telephone exchange does not answer: try again."),
    ),
    **dict.fromkeys(OF_NO_PAGE, OTHERWISE),
}


def reason(code: str | None) -> str:
    """The message to translate; of a code that is unknown here, that it was not done."""
    return SENTENCES[Code(code)] if code in frozenset(Code) else OTHERWISE
