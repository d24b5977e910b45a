"""Wallboard: the board for supervisors and the television, their live streams, the board as JSON.

In: the engine's board, a value (`routing.board`). Out: pages of it (`pages`), with words for each state,
phase and alert (`labels`), and a supervisor's commands (`commands`). The television tells no names.
"""
