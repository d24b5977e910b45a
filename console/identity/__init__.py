"""Identity: accounts, passwords, second factor, sessions (ASVS V2, V3); knows nothing of HTTP.

In come logins, passwords, codes and tokens; out go sessions and who holds them, in the journal's database.
"""
