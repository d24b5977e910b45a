"""Intake door: appeals in writing from other systems, by token, at the console's address (A7, C2).

In: POST with a token and a key of the sender's own. Out: the number and the term, or every fault at once as
problem+json. No session and no cookie: the register's process looks at the token (`register_link`).
"""
