"""Lines out of the machine, each to one pinned address: looked up, connected, under TLS, cut at once."""
