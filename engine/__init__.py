"""The roof: command line, wiring, supervision."""
