"""Personal data and keys: callers' numbers hidden, indexed, shown masked; the key files of evidence.

In: a number as it was dialled or typed, the folder of keys. Out: its hidden form and the index it is found
by, its one E.164 form, its mask; keys that seal, sign and chain. Who may unmask is decided above.
"""
