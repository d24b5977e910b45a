"""The console: a room a feature, with its pages, routes, orders, labels, templates; `http` serves all."""
