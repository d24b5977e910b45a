"""What is kept of a call: the journal row, the recording, the access log."""
