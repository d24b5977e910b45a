"""Identity: accounts, passwords, second factor, sessions (ASVS V2, V3); knows nothing of HTTP.

In: logins, passwords, codes and tokens. Out: sessions and who holds them, accounts made and changed, all in
the journal's database (`store`, `tables`); values of them (`accounts`, `sessions`, `results`).
"""
