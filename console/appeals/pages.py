"""Routes of the consultant's pages of the register, each with the right it needs; wiring."""

from config.rights import Right
from console.appeals import filling, handing, lists, steps
from console.http.routes import Route

READ, WRITE = Right.APPEALS_READ, Right.APPEALS


def routes() -> tuple[Route, ...]:
    """Those that only look, and those that write; the register checks both again."""
    one = "/appeals/{id}"
    return (
        Route("GET", "/appeals", READ, lists.mine),
        Route("POST", "/appeals", READ, lists.more),
        Route("POST", "/appeals/search", READ, lists.search),
        Route("POST", "/appeals/new", WRITE, lists.begin),
        Route("POST", "/appeals/from-call", WRITE, lists.begin_from_call),
        Route("POST", "/appeals/no-case", WRITE, lists.no_case),
        Route("POST", "/appeals/reasons", READ, filling.reasons),
        Route("GET", one, READ, filling.page),
        Route("POST", f"{one}/look", READ, filling.give_reason),
        Route("GET", f"{one}/history", READ, steps.history),
        Route("GET", f"{one}/read-out", READ, steps.read_out),
        Route("POST", one, WRITE, filling.save_all),
        Route("POST", f"{one}/field", WRITE, filling.save_field),
        Route("POST", f"{one}/open", WRITE, filling.still_open),
        Route("POST", f"{one}/left", WRITE, filling.left),
        *(Route("POST", f"{one}/{name}", WRITE, steps.handler(step)) for name, step in steps.STEPS.items()),
        Route("POST", f"{one}/urgent", WRITE, handing.urgent),
        Route("POST", f"{one}/to-hand-over", WRITE, handing.ordinary),
        Route("GET", f"{one}/hand-over", WRITE, handing.planned),
        Route("POST", f"{one}/hand-over", WRITE, handing.planned_anew),
        Route("POST", f"{one}/hand-over/confirm", WRITE, handing.confirm),
        *(
            Route("POST", f"{one}/hand-overs/{{hand_over}}/{name}", WRITE, handing.handler(came))
            for name, came in handing.CAME.items()
        ),
    )
