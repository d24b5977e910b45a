"""Demands: the register of written demands of authorities, from the letter to its answer (A19, C6).

In: a letter as typed, and who acts. Out: a demand with its events and findings, questions about the letter,
the answer's text, alarms of its term, and which calls it keeps from retention.
`letter_check`, `basis` and `question` look at the letter, `steps` says what may become of it, `coverage` and
`search_facts` tell a search, `letter` writes the answer, `term` and `term_watch` watch the time,
`meaning` and `demand_holds` keep calls; `store` has the rows, `service` is the door.
"""
