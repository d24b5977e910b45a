"""The master key exchanged: every recording's own key wrapped anew."""
