"""What is handed to an authority, and how a court checks it."""
