"""The console: pages in the browser for consultants, supervisors, administrators and auditors.

A room for each feature, with its pages, routes, commands, labels and templates, over what all share (`http`)
and who may be in (`identity`). In: browsers' requests, the engine's board and answers over its socket, past
days from the journal. Out: pages and streams in Kazakh and Russian (`locale`), commands to the engine, which
checks them again; entries of the access log. `app` names every route with its right.
"""
