"""Who serves whom, and what is happening on the line now."""
