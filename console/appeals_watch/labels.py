"""Labels of the pages that watch over appeals: states, steps to come, reports, spans."""

from collections.abc import Mapping
from typing import Final

from console.http.refusals import N_

OPEN_STATES: Final[Mapping[str, str]] = {
    "registered": N_("registered"),
    "in_work": N_("in work"),
    "handed_over": N_("handed over"),
    "answered": N_("answered by the body"),
}
UNRECEIVED_STATES: Final[Mapping[str, str]] = {
    "sending": N_("being sent"),
    "sent": N_("sent, no receipt"),
    "failed": N_("not delivered"),
}
NEXT_DEEDS: Final[Mapping[str, str]] = {
    "next_channel": N_("by the next channel"),
    "deputy": N_("to the deputy"),
    "above": N_("to the body above"),
    "alarm": N_("alarm on the wallboard"),
    "remind": N_("reminder"),
}
REPORTS: Final[Mapping[str, str]] = {
    "half_year": N_("Children's rights, for the commissioner"),
    "incoming": N_("Incoming appeals"),
    "public": N_("Public statistics"),
}
SPANS: Final[Mapping[str, str]] = {
    "day": N_("One day"),
    "week": N_("A week"),
    "month": N_("A month"),
    "half_year": N_("A half-year"),
    "any": N_("From the first to the last day"),
}
SORTS: Final[Mapping[str, str]] = {
    "urgent": N_("Urgent first"),
    "age": N_("Age"),
    "term": N_("Term"),
    "owner": N_("Owner"),
    "region": N_("Region"),
}
