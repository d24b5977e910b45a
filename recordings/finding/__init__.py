"""Finding conversations: by date and caller's number first (C6)."""
