"""Receipt page: where a body says, by a link, that it has what 111 handed over, and what it found (A17).

A web application of its own, for another network: no sign-in, no cookie, no key, no database, no script,
and none of the console's routes. In: requests by link. Out: plain pages in Kazakh and Russian, and four
questions to the register (`door`).
"""
