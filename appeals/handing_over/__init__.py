"""Handing over: who must be told of an appeal, and what exactly (A9, A10, A16-A18, B1-B6).

In: the values of an appeal's form, the directory of bodies, white-lists. Out: bodies with the rules that
chose them, texts as they leave, marks on other people's data in them.
`rules` and `rules.toml` say who, `composer` what, `third_parties` marks, `status` what may become of one;
`mail` and `webhook` are channels, `channel_result` says how a try ended.
"""
