"""What all processes share: commands and questions over a Unix socket, and who gives them.

In: a JSON object a line from another process, or a command of a person. Out: one answer each; the person and
role behind it, told by the kernel and by sudo (`operator`). Knows no other room of the engine.
"""
