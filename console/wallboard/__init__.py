"""Wallboard: the board for supervisors, the television, live streams, JSON, and a supervisor's commands."""
