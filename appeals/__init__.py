"""Appeals: what callers and writers ask for, from their words to the body that must act (order 378).

In: a call, a letter, an answer of a body. Out: an appeal with its number, status and history (A11, A12),
hand-overs with what was said, when, how and what came back (A9, A10, A16-A18), counts and reports (B7, C7).
`model` has the values that all rooms share. The call engine knows nothing of any of it.
"""
