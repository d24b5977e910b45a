"""Every living conversation is recorded on both legs, on a volume that takes it.

In: live calls, growing files, volumes and what the flushing processes say of them.
Out: recorders started anew, the volume for new calls, alarms, loss and jitter of each side for the journal.
What becomes of the files afterwards is of `recordings/`.
"""
