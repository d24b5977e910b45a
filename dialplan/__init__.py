"""The words Asterisk and we share, each written once, and the rendering of all of Asterisk's configuration.

In: settings, secrets, SIP accounts, 1414's results (`ivr.ucc_result`). Out: the text of every .conf file
(`render`; `site` for an Asterisk of its own, `config_check` reads it back), from asterisk/templates.
`words` has the names of channel variables, contexts, endpoints and events; `event_filters` which AMI events
reach us at all; `mixmonitor` and `recording_names` how a conversation is recorded, and where.
"""
