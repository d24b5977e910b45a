"""The lab: phones of our own that call, answer, sound and measure on loopback."""
