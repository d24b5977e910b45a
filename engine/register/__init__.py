"""Register: the services of appeals over one database, for commands, pages and the register's process.

In: settings, an open database, the keys, calls of the console. Out: register, hand-overs, calendar and
directory, ready to ask, and what leaves to bodies.
`services` joins them, `asking` answers on the register's socket.
"""
