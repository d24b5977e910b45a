"""The telephone door: FastAGI server, session, and the line over it."""
