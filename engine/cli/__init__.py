"""The command line `ivr111`: a file for each group of commands, its options, and what it prints.

In: words typed by a person, and that person, told by the kernel (`authorisation`: each command's right).
Out: tables, JSON and sentences in kk, ru and en (`output`, `language`); the exit codes 0, 1 and 2.
Commands ask a running engine over its socket, read the journal, or run the services of `evidence`.
The roof: it may import every room of the engine, and nothing imports it.
"""
