"""Handing over: who must be told of an appeal, what exactly, when, how, and what came back (A9-A18, B1-B6).

In: a registered appeal, the directory, the calendar, white-lists, answers. Out: hand-overs with texts as they
leave, every try by every channel, receipts and answers, alarms of what failed.
`rules` (`rules.toml`) say who, `composer` what, `third_parties` marks; `planning` joins them with calendar
and directory, `service` confirms and takes answers, `sending` (under the `lease`) makes tries by `channels`:
`mail`, `webhook`. `channel_result` says how certain an ending is, `escalation` what follows silence;
`receipts` take what comes by link.
"""
