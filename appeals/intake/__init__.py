"""Intake: appeals that come in writing, from other systems or typed at the desk, and their replies (A7, C2).

In: a request with a token, its files, a reply that was given. Out: registered appeals with the term of a
written reply, files hidden at rest, replies kept to the byte, an alarm for each that is overdue.
`tokens` say who may send, `letter` reads and checks what came, `content` tells files by what is in them,
`attachments` keeps them, `service` registers, `replies` keeps what was answered and who is waited for.
"""
