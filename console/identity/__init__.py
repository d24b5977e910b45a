"""Who is at the door: accounts, passwords, second factor, sessions (ASVS V2, V3)."""
