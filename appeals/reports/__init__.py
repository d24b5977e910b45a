"""Reports: what came in and what became of it, in numbers without a person (B7, C7, A24).

In: rows of the register and of hand-overs (columns in clear only), a period, labels of form and topics.
Out: reports as tables, each as CSV, XLSX or PDF in Kazakh and Russian; what a supervisor watches.
`service` is the door, `watching` what is open now; all else is pure but for the files.
"""
