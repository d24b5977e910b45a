"""Signing in and out: the pages between the login and the first page, by `identity`'s services."""
