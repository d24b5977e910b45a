"""The supervisor `ivr111 run`: starts Asterisk and our processes, watches and restarts them, ends them.

In: settings, and each service's command, probes and time limits (`services`).
Out: processes with users of their own, Asterisk's log on the disk, firewall rules, alarms in a file that the
engine takes into the journal. Writes no database and carries no call; SIP repair is its own child process.
"""
