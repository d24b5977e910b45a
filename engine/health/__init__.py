"""The doctor: everything that the line stands on, looked at one by one.

In: settings, and the machine and home as they are. Out: `Check` values, each failure with its remedy
(`checks` names all looks in their order).
Only looks: nothing is repaired, started or written here.
"""
