"""Refusals as codes with fields: why an order, an account or a reason is not taken; pure.

A refusal crosses a socket as its code and fields. The command line says the sentences here, in its language
(console/locale, cli); the pages say their own, by the code (console/http/refusals.py). See decision 0109.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from config.told import N_, LocalizedText, packed, unpacked


class Code(StrEnum):
    """Why not: one code for each refusal that a person would answer differently."""

    UNKNOWN_MODE = "unknown_mode"
    NO_OWN_PHONE = "no_own_phone"
    PHONE_NOT_REGISTERED = "phone_not_registered"
    PHONE_NOT_RUNG = "phone_not_rung"
    TAKES_NO_CALLS = "takes_no_calls"
    NOT_IN_WRAP_UP = "not_in_wrap_up"
    WRAP_UP_LONG_ENOUGH = "wrap_up_long_enough"
    NOT_TALKING = "not_talking"
    ASTERISK_REFUSED = "asterisk_refused"
    UNKNOWN_QUEUE = "unknown_queue"
    NO_SUCH_CONSULTANT = "no_such_consultant"
    NO_LONGER_WAITS = "no_longer_waits"
    CALL_OVER = "call_over"
    ASTERISK_SILENT = "asterisk_silent"
    PHONE_FORWARDS = "phone_forwards"
    PHONE_NOT_FREE = "phone_not_free"
    PAUSE_REASON_UNFIT = "pause_reason_unfit"
    UNKNOWN_CONSULTANT = "unknown_consultant"
    UNKNOWN_LANGUAGES = "unknown_languages"
    NOT_NOTED_FROM_OUTSIDE = "not_noted_from_outside"
    NOTHING_TO_NOTE = "nothing_to_note"
    LOG_UNWRITABLE = "log_unwritable"
    NOT_THE_CONSOLE = "not_the_console"
    ASKED_FOR_NOBODY = "asked_for_nobody"
    REASON_MISSING = "reason_missing"
    ASKER_UNFIT = "asker_unfit"
    ASKER_NOT_ROOT = "asker_not_root"
    DATABASE_SILENT = "database_silent"
    SIGNED_IN_AS_ANOTHER = "signed_in_as_another"
    ROOT_IS_NOBODY = "root_is_nobody"
    UNKNOWN_USER = "unknown_user"
    RIGHT_MISSING = "right_missing"
    REASON_TOO_LONG = "reason_too_long"
    REASON_IS_NO_TEXT = "reason_is_no_text"
    LOGIN_UNFIT = "login_unfit"
    LOGIN_NAMED_OTHERWISE = "login_named_otherwise"
    UNKNOWN_ROLE = "unknown_role"
    NAME_UNFIT = "name_unfit"
    UNKNOWN_LANGUAGE = "unknown_language"
    SEAT_MISSING = "seat_missing"
    SEAT_UNFIT = "seat_unfit"
    PHONE_UNFIT = "phone_unfit"
    OWN_PASSWORD = "own_password"  # noqa: S105 - a code
    OWN_CLOSING = "own_closing"
    OWN_SECOND_FACTOR = "own_second_factor"
    UNKNOWN_ACCOUNT = "unknown_account"
    ACCOUNT_EXISTS = "account_exists"
    PHONE_TAKEN = "phone_taken"
    SEAT_TAKEN = "seat_taken"
    ACCOUNT_NOT_LISTED = "account_not_listed"
    CONSULTANT_ID_UNFIT = "consultant_id_unfit"
    CONSULTANT_EXISTS = "consultant_exists"
    CONSULTANT_NAME_UNFIT = "consultant_name_unfit"
    ACTION_NEEDS_REASON = "action_needs_reason"
    UNKNOWN_ORDER = "unknown_order"
    ENGINE_FAULT = "engine_fault"


class Refusal(LocalizedText):
    """A refusal as its English sentence, which knows its code and fields; equal to nothing but that text."""

    code: Code


def refused(code: Code, /, **fields: object) -> Refusal:
    """The refusal of this code. Raises KeyError where its sentence needs a field that is not given."""
    made = Refusal(SENTENCES[code], fields)
    made.code = code
    return made


def code_of(why: Exception) -> Code | None:
    """The code of what was raised; None where it carries none."""
    said = why.args[0] if why.args else None
    return said.code if isinstance(said, Refusal) else None


def refusal_to_json(why: Exception) -> dict[str, Any]:
    """What of a refusal crosses a socket: `code`, its `fields`, and `error`, its sentence in English."""
    code, said = code_of(why), str(why)
    fields = packed(said).get("fields", {}) if code else {}
    return {"code": code or "", "fields": fields, "error": said}


def refusal_from_json(told: Mapping[str, Any]) -> str:
    """The refusal as its sentence; of a code that is unknown here, the plain English that came with it."""
    error, fields = str(told.get("error") or N_("not done")), told.get("fields")
    try:
        code = Code(str(told.get("code")))
        return refused(code, **{name: unpacked(one) or one for name, one in dict(fields or {}).items()})
    except (ValueError, KeyError, TypeError):
        return error


# The message of each code, as it stands in the command line's catalogues.
SENTENCES: Final[Mapping[Code, str]] = {
    Code.UNKNOWN_MODE: N_("mode: listen, whisper or barge"),
    Code.NO_OWN_PHONE: N_("you have no phone of your own here; ask the administrator to give you one"),
    Code.PHONE_NOT_REGISTERED: N_("{phone} did not ring: is it switched on and registered?"),
    Code.PHONE_NOT_RUNG: N_("Asterisk did not ring {phone} ({name}): is it registered?"),
    Code.TAKES_NO_CALLS: N_("{id} takes no calls now: choose somebody who is on shift and not paused"),
    Code.NOT_IN_WRAP_UP: N_("{id} is not in wrap-up"),
    Code.WRAP_UP_LONG_ENOUGH: N_("wrap-up is long enough: take a pause instead"),
    Code.NOT_TALKING: N_("{id} is in no conversation"),
    Code.ASTERISK_REFUSED: N_("Asterisk did not take the order ({name}): try again"),
    Code.UNKNOWN_QUEUE: N_("language: kk or ru"),
    Code.NO_SUCH_CONSULTANT: N_("there is no such consultant; see: ivr111 consultants list"),
    Code.NO_LONGER_WAITS: N_("this caller no longer waits"),
    Code.CALL_OVER: N_("that call is over: nothing was ordered"),
    Code.ASTERISK_SILENT: N_("Asterisk does not answer: try again"),
    Code.PHONE_FORWARDS: N_("{phone} forwards its calls: nothing was dialled; end that on the phone"),
    Code.PHONE_NOT_FREE: N_("{phone} did not ring (SIP {answer}): is it free?"),
    Code.PAUSE_REASON_UNFIT: N_(
        "write the reason on one line, in at most {letters} Kazakh or Russian letters ({latin} Latin ones)"
    ),
    Code.UNKNOWN_CONSULTANT: N_("there is no consultant {id}; see: ivr111 consultants list"),
    Code.UNKNOWN_LANGUAGES: N_("languages: name kk, ru or both, in order of preference"),
    Code.NOT_NOTED_FROM_OUTSIDE: N_("the access log is told of no such act from outside"),
    Code.NOTHING_TO_NOTE: N_("the access log needs to know what is looked at"),
    Code.LOG_UNWRITABLE: N_("the access log cannot be written now, so {otherwise}; see: ivr111 doctor"),
    Code.NOT_THE_CONSOLE: N_("by: only the console asks for somebody, with person, role and user"),
    Code.ASKED_FOR_NOBODY: N_("by: person, role and user"),
    Code.REASON_MISSING: N_("a reason is required: say why with --reason"),
    Code.ASKER_UNFIT: N_("asker: the number of a system user"),
    Code.ASKER_NOT_ROOT: N_("asker: only root asks for somebody else"),
    Code.DATABASE_SILENT: N_("it lives, the database does not answer it ({name})"),
    Code.SIGNED_IN_AS_ANOTHER: N_(
        "{login} signed in here, and the command comes as {said}: sign in as yourself, then use sudo"
    ),
    Code.ROOT_IS_NOBODY: N_(
        "system user root is nobody we know at a site: use sudo from a system user of your "
        "own, named in settings.toml ([people.USER])"
    ),
    Code.UNKNOWN_USER: N_(
        "system user {user} is nobody we know: name the person in settings.toml, "
        '[people.{user}] with person = "..." and role = "..."'
    ),
    Code.RIGHT_MISSING: N_("{person} is {role}: this needs {needs}"),
    Code.REASON_TOO_LONG: N_(
        "the {what} has {count:,} characters: the access log keeps {longest:,}, say it shorter"
    ),
    Code.REASON_IS_NO_TEXT: N_("the {what} holds signs that are no text: write it anew"),
    Code.LOGIN_UNFIT: N_("login: a small Latin letter, then 1 to 31 letters, digits and . _ -"),
    Code.LOGIN_NAMED_OTHERWISE: N_(
        "{login} is {person}, {role}, in settings.toml [people.{login}]: say the same, or change it there"
    ),
    Code.UNKNOWN_ROLE: N_("role: one of {names}"),
    Code.NAME_UNFIT: N_("person: write the name on one line, at most 80 letters (--person)"),
    Code.UNKNOWN_LANGUAGE: N_("language: kk, ru or en"),
    Code.SEAT_MISSING: N_("a consultant's account, and no other, names the consultant: --consultant c101"),
    Code.SEAT_UNFIT: N_("consultant: an id such as c101; see: ivr111 consultants list"),
    Code.PHONE_UNFIT: N_(
        "phone: a supervisor's, such as s201: ivr111 consultants add s201 --name NAME --language kk"
    ),
    Code.OWN_PASSWORD: N_("your own account: change it on your account page"),
    Code.OWN_CLOSING: N_("your own account: another administrator must close it"),
    Code.OWN_SECOND_FACTOR: N_("your own account: another administrator must do this"),
    Code.UNKNOWN_ACCOUNT: N_("there is no account {login}"),
    Code.ACCOUNT_EXISTS: N_("there is an account {login} already"),
    Code.PHONE_TAKEN: N_("{phone} is another account's already: one phone, one person"),
    Code.SEAT_TAKEN: N_("the phone is another account's already: one phone, one person"),
    Code.ACCOUNT_NOT_LISTED: N_("there is no account {login}; see: ivr111 accounts list"),
    Code.CONSULTANT_ID_UNFIT: N_(
        "id {id!r}: use c and 2 to 6 digits, for instance c105 (supervisor's phone: s201)"
    ),
    Code.CONSULTANT_EXISTS: N_("{id} exists already; remove it first or choose another id"),
    Code.CONSULTANT_NAME_UNFIT: N_("name: write the consultant's name on one line, at most 80 letters"),
    Code.ACTION_NEEDS_REASON: N_("a reason is required: {action}"),
    Code.UNKNOWN_ORDER: N_("unknown order"),
    Code.ENGINE_FAULT: N_("the engine met a fault; see log/engine/engine.log"),
}
