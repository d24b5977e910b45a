"""The conversation: what a caller hears and chooses, knowing nothing of Asterisk."""
