"""What is doubtful about a letter as typed: asked back before an answer leaves the house."""
