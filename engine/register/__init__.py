"""Register: the services of appeals over one database, for commands, pages and the register's process.

In: settings, an open database, the keys. Out: calendar, directory and what else appeals has, ready to ask.
`services` joins them.
"""
