"""Answered conversations compared with playable recordings, continuously."""
