"""Who serves whom, and what is happening on the line now.

In: Asterisk's events (`ami`, `cel`), consultants' and supervisors' commands. Out: assignments of callers to
consultants (`dispatch`, pure, in virtual time too), the state of the line as a function of its events
(`live`), the board as a value (`board`). Nothing here writes a row or plays a sound.
"""
