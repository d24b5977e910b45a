"""Commands and live questions over the engine's socket, checked and carried out.

In: a command by name with its fields, and who asks, told by the kernel; each needs a right of theirs.
Out: an answer or a refusal; the command as a dispatcher's event or an AMI action; an access log entry.
`commands` has the questions, `steering_commands` acts on calls and consultants, `monitoring` listening,
`account_commands` consultants' accounts, `authorisation` the right of each.
The effect is shown only once its event returns: what is answered here is that the command was given.
"""
