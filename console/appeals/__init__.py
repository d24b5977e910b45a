"""Appeals: the consultant's pages of the register, by hand or from a call (A5-A12, A15-A18, A20, A22).

In: forms and single fields that a person types; the form, topics and directory as data. Out: pages, and calls
of the register's services, which check every right again (`http.register_link`). What is typed is kept by the
page until the register has it; nothing personal stands in an address or a log.
"""
