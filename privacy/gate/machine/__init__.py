"""What the gate asks of the machine itself: kernel calls, accepted connections, lines to the terminal."""
