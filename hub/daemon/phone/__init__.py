"""The reference client: a phone for the shell. Its keys in a file, its connection, what it may ask."""
