"""What all features share: listeners, connections, access control, context, rendering, streams, commands.

In come requests of browsers and the board of the engine; out go pages, streams, and commands to the engine.
A feature (a room above) gives its routes and labels; `console/app.py` puts them together.
"""
