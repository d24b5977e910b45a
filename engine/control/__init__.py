"""Orders and live questions over the engine's socket, checked and carried out.

In: a command by name with its fields, and who asks, told by the kernel; each needs a right of theirs.
Out: an answer or a refusal; the order as an event of the dispatcher or an action of AMI; an access log entry.
The effect is shown only once its event returns: what is answered here is that the order was given.
"""
