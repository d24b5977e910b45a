"""Document of topics and white-lists in Markdown, as docs/topics.md has it; pure.

`docs/topics.md` is this text; a test compares them.
"""

from collections.abc import Iterator

from appeals.form.form import Form
from appeals.model.body import BodyKind
from appeals.model.words import BilingualText
from appeals.topics.topics import Direction, GuidePart, Reason, Topics

MARKS = {GuidePart.ASK: "?", GuidePart.SAY: "+", GuidePart.AVOID: "−", GuidePart.TELL: "→"}
HEAD = """\
# Topics: directions, reasons, guides, white-lists

Made from `appeals/topics/` and compared with it by `tests/unit/test_topics.py`: change the data.
Directions are those of clause 10 in its own words (A22).
Each reason has lines of what to ask first (?), to say (+), not to do (−), and whom to tell (→).
Who is competent here is told besides those whom the rules name for danger and for children's rights.

## Kinds of help (A3)
"""
LISTS = """\
## White-lists: what may leave to whom (A18)

A body's base is told in every direction; the rest only in those named.
An anonymous applicant's name, number and address never leave.
"""


def document(topics: Topics, form: Form) -> str:
    """The whole text, ending in a newline."""
    return "\n".join([HEAD, *_helps(topics), *_directions(topics), LISTS, *_lists(topics, form)]) + "\n"


def _helps(topics: Topics) -> Iterator[str]:
    yield from _head("help", "қазақша", "по-русски")
    for one in topics.helps:
        kk, ru = (f"**{one.label.of(language)}.** {one.guide.of(language)}" for language in ("kk", "ru"))
        yield _row(f"`{one.id}`", kk, ru)
    yield ""


def _directions(topics: Topics) -> Iterator[str]:
    for one in topics.directions:
        yield f"## {one.id}. {one.name.kk} / {one.name.ru}"
        yield from ("", _law(one), "")
        yield from _head("reason", "қазақша", "по-русски", "marks", "competent", "кеңес", "подсказка")
        yield from (_reason(reason) for reason in one.reasons)
        yield ""


def _law(one: Direction) -> str:
    return f"{one.law.kk}  \n{one.law.ru}  \nCompetent: {_kinds(one.competent)}"


def _reason(one: Reason) -> str:
    marks = [*(["child"] if one.child else []), *(["urgent"] if one.urgent else []), one.help]
    guides = (
        "<br>".join(f"{MARKS[line.part]} {line.of(language)}" for line in one.guide)
        for language in ("kk", "ru")
    )
    return _row(one.id, one.label.kk, one.label.ru, ", ".join(marks), _kinds(one.competent), *guides)


def _lists(topics: Topics, form: Form) -> Iterator[str]:
    yield from _head("body", "directions", "қазақша", "по-русски")
    for body in BodyKind:
        for one in topics.lists:
            if body in one.bodies:
                labels: list[BilingualText] = [
                    field.label for field in form.fields.values() if field.id in one.fields
                ]
                kk, ru = ("; ".join(label.of(language) for label in labels) for language in ("kk", "ru"))
                yield _row(f"`{body}`", ", ".join(sorted(one.topics, key=int)) or "all", kk, ru)


def _kinds(kinds: tuple[BodyKind, ...]) -> str:
    return ", ".join(f"`{one}`" for one in kinds)


def _head(*names: str) -> tuple[str, str]:
    return _row(*names), "|" + "---|" * len(names)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
