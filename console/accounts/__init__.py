"""Accounts: everybody's for administrators, and one's own; pages over `identity`'s services."""
