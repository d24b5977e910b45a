"""What is kept how long, what is held, and what was destroyed."""
