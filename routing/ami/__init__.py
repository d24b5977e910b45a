"""AMI and the control socket: the only way to Asterisk beside FastAGI and the files it reads.

In: actions to send, bytes from Asterisk. Out: answers by deadline, messages in their order, reconnects with
a resync by whoever asked for them. Knows no call: what a message means is read in `routing/live`.
"""
