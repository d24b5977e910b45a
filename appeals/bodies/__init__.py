"""Bodies: the directory of whom 111 tells and asks, with contacts by channel and deputies (A20, A21, B1).

In: entries of an administrator, tables as CSV and XLSX, the seed. Out: the bodies of a kind and region on a
day, who is above them, which contacts may be used, and the history of every change.
`check` says what is wrong with an entry, `hours_text` reads hours, `rows_text` turns bodies into rows and
back, `plan` tells what an import would do, `tables` reads and writes files, `seed` has the beginning;
`store` has the rows, `service` is the door.
"""
