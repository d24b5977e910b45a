"""The call engine joined from its parts: `parts` names them, `build` makes and connects them.

`lifecycle` starts them in order and stops them in reverse; `reactions` holds what follows from events, with
`call_endings` for calls that are over and `day_load` for what the database tells late.
In: settings. Out: a process that serves calls until it is stopped. Only `engine.main` and benches import it.
"""
