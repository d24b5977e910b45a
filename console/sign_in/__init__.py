"""Sign-in: the pages between the login and the first page, and signing out (`pages`).

In: logins, passwords, codes of the second factor, a language chosen. Out: the session's cookie, by
`identity`'s services; a refusal tells nobody why.
"""
