"""The console: a room a feature, with its pages, routes, commands, labels, templates; `http` serves all."""
