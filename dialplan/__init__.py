"""The words Asterisk and we share, and the rendering of all of Asterisk's configuration."""
