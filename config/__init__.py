"""Settings, logging and the database session."""
