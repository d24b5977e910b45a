"""Labels of appeals: states, channels, steps, outcomes of tries; by the register's words."""

from collections.abc import Mapping
from typing import Final

from console.http.refusals import N_

APPEAL_STATES: Final[Mapping[str, str]] = {
    "draft": N_("draft"),
    "registered": N_("registered"),
    "in_work": N_("in work"),
    "handed_over": N_("handed over"),
    "answered": N_("answered by the body"),
    "closed": N_("finished"),
}
APPEAL_CHANNELS: Final[Mapping[str, str]] = {
    "phone": N_("by phone"),
    "paper": N_("on paper"),
    "electronic": N_("electronically"),
    "oral": N_("in person"),
    "video": N_("by video"),
}
CONTACT_KINDS: Final[Mapping[str, str]] = {
    "call": N_("call"),
    "outbound_call": N_("call from us"),
    "letter": N_("letter"),
    "visit": N_("visit"),
    "video": N_("video talk"),
    "chat": N_("chat"),
}
NO_CASES: Final[Mapping[str, str]] = {
    "silent": N_("silence"),
    "hung_up": N_("hung up"),
    "wrong_number": N_("wrong number"),
    "joke": N_("joke"),
    "abusive": N_("abuse"),
    "thanks": N_("thanks"),
    "test": N_("test call"),
}
MOMENTS: Final[Mapping[str, str]] = {
    "register": N_("To register"),
    "hand_over": N_("To hand over"),
    "close": N_("To close"),
}
GROUNDS: Final[Mapping[str, str]] = {
    "number": N_("the same phone number"),
    "person": N_("the same person concerned"),
    "text": N_("nearly the same words"),
}
GUIDE_PARTS: Final[Mapping[str, str]] = {
    "ask": N_("Ask"),
    "say": N_("Say"),
    "avoid": N_("Avoid"),
    "tell": N_("Tell"),
}
APPEAL_STEPS: Final[Mapping[str, str]] = {
    "begun": N_("begun"),
    "saved": N_("field changed"),
    "registered": N_("registered"),
    "in_work": N_("taken into work"),
    "handed_over": N_("handed over"),
    "answered": N_("answered by the body"),
    "closed": N_("finished"),
    "reopened": N_("reopened"),
    "given": N_("given to another person"),
    "contact": N_("contact added"),
    "took_in": N_("another appeal joined to it"),
    "term": N_("term set anew"),
    "": N_("another step"),
}
TELL_CHANNELS: Final[Mapping[str, str]] = {
    "telephone": N_("telephone"),
    "email": N_("e-mail"),
    "webhook": N_("the body's system"),
    "letter": N_("letter"),
}
ANSWER_CHANNELS: Final[Mapping[str, str]] = {
    "telephone": N_("telephone"),
    "email": N_("e-mail"),
    "letter": N_("letter"),
    "receipt_page": N_("receipt page"),
    "webhook": N_("the body's system"),
}
HAND_OVER_STATES: Final[Mapping[str, str]] = {
    "waiting": N_("waits for the body's working hours"),
    "sending": N_("is being sent"),
    "sent": N_("sent, no receipt yet"),
    "received": N_("received"),
    "answered": N_("answered"),
    "escalated": N_("passed on to the next"),
    "failed": N_("not told by any channel"),
    "withdrawn": N_("withdrawn"),
}
ATTEMPT_STATES: Final[Mapping[str, str]] = {
    "planned": N_("to be tried"),
    "under_way": N_("under way"),
    "accepted": N_("accepted"),
    "refused": N_("refused"),
    "failed": N_("failed, will be tried again"),
    "unknown": N_("nobody knows how it ended"),
    "not_needed": N_("no longer needed"),
}
ANSWERS: Final[Mapping[str, str]] = {
    "confirmed": N_("confirmed"),
    "not_confirmed": N_("not confirmed"),
    "partly": N_("partly confirmed"),
}
MARKS: Final[Mapping[str, str]] = {
    "phone": N_("phone number"),
    "iin": N_("IIN or BIN"),
    "card": N_("bank card"),
    "email": N_("e-mail address"),
    "number": N_("number of a document"),
    "known_name": N_("name that is not on the list"),
    "name_like": N_("looks like a name"),
}
BODY_KINDS: Final[Mapping[str, str]] = {
    "commissioner": N_("commissioner for children's rights of the region"),
    "national_commissioner": N_("national commissioner for children's rights"),
    "committee": N_("committee for protection of children's rights"),
    "guardianship": N_("guardianship body"),
    "internal_affairs": N_("police"),
    "ambulance": N_("ambulance"),
    "education": N_("education body"),
    "health": N_("health body"),
    "social_protection": N_("social protection body"),
    "crisis_centre": N_("crisis centre"),
    "prosecutor": N_("prosecutor"),
    "justice": N_("justice body"),
    "labour": N_("labour inspection"),
    "emergency": N_("emergency service"),
    "akimat": N_("akimat"),
    "central": N_("central state body"),
    "local": N_("local body"),
    "above": N_("the body above the one complained of"),
}
