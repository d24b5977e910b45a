"""One scenario text, played on every ring: a fake line, real FastAGI, a real Asterisk."""
