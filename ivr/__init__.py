"""The conversation: what a caller hears and chooses, knowing nothing of Asterisk.

In: a caller's line, the call queue and the timers, as protocols and values (`line`, `call_queue`, `timers`,
`inband_dtmf`), and the call's facts from its channel (`facts`). Out: facts noted, recordings intended,
consultants rung. `flow/` has a file a stage, `stage` the stages as values, `ucc_result` 1414's results;
`menu` a question by one digit, `spoken/` numbers as sounds, `prompts/` the sounds themselves.
"""
