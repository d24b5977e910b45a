"""A home brought up to date before anything starts: folders, owners, secrets, keys, Asterisk's files.

In: settings, and a home as it is, of this version or of an earlier one.
Out: files and folders with their owners (`home_layout` lists them), accounts and endpoints of consultants,
`Check` values of ports. Run as root by the supervisor, the doctor and the command line; starts no process.
"""
