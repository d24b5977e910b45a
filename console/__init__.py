"""The web door: pages, live stream, sign-in, steering."""
