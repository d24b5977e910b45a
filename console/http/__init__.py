"""What all features share: listeners, connections, access control, context, rendering, streams, orders.

In come requests of browsers and the board of the engine; out go pages, streams, and orders to the engine.
A feature (a room above) gives its routes and labels; `console/app.py` puts them together.
"""
