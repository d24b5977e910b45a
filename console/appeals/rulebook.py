"""Form and topics as the pages draw them, read once from files of ours; edge (A22)."""

from functools import cache

from appeals.form.form import Form
from appeals.form.loading import load_form
from appeals.register.form_rules import FormAsRules
from appeals.topics.loading import load_topics
from appeals.topics.topics import Topics


@cache
def the_form() -> Form:
    """Raises FormUnfit."""
    return load_form()


@cache
def the_topics() -> Topics:
    """Raises TopicsUnfit."""
    return load_topics(the_form())


def rules() -> FormAsRules:
    """What is missing, what fits: as the register itself asks it."""
    return FormAsRules(the_form())
