"""Rotation of the master key: every recording's own key wrapped anew; sound and chain stay as they are.

In: a keyring with an older and a newer master key. Out: rows wrapped by the newer one.
"""
