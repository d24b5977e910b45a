"""Accounts: everybody's for administrators (`pages`), and one's own (`own_account`).

In: forms of those pages. Out: changes by `identity`'s services, each on another's account in the access log;
what must end with an account (listening, sessions) is ordered at once.
"""
