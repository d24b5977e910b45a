"""What all processes share: commands and questions over a Unix socket, who gives them, when Asterisk ended.

In: a JSON object a line from another process, or a command of a person. Out: one answer each; the person and
role behind it, told by the kernel and by sudo (`operator`); Asterisk's exits, which the supervisor notes and
the engine reads (`asterisk_exits`). Knows no other room of the engine.
"""
