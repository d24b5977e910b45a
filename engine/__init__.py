"""The roof: the processes of the line, each with its main, and all that joins the folders below.

In: settings, Asterisk's events and AGI, commands over sockets, commands of people (`cli`). Out: a running
line (`supervisor` starts it, `wiring` builds the call engine), evidence made of recordings (`evidence`),
the board (`wallboard`), answers and commands (`control`). Each room's own docstring says what may come in and
go out; their order upwards stands in the contributor's guide. Only the lab lies above.
"""
