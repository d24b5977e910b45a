"""What all features share: listeners, connections, access control, context, rendering, streams, commands.

In: requests of browsers, the engine's board and answers (`engine_client`), routes that each feature above
gives. Out: pages, streams and commands; no request reaches a handler without its right (`access_control`).
"""
