"""Figures: past days from the journal, a page."""
