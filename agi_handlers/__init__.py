"""FastAGI: Asterisk's calls to the engine, one connection for the length of a call.

In: connections on loopback with the token (`server`, `pending_connection`), AGI (`session`, `protocol`).
Out: one handler a path (`call`, `feature_codes`); the handler of a call gives the flow (`ivr`) its line
(`line`, `caller_line`) and the call's facts (`channel_variables`), and says the last word, ENGINE_NEXT.
A handler that fails says nothing: the dialplan then goes on by itself.
"""
