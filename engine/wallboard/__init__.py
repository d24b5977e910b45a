"""Wallboard: the board of the line, made of one moment's state and told to whoever follows.

In: the dispatcher's seats, the live calls, the journal's calls of the day and alarms; `build` asks, nobody
pushes. Out: `routing.board` values (`build`), numbered and streamed (`feed`); consultants' stints for the
journal (`agent_times`). No order is given here.
"""
