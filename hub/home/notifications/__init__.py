"""What people at home have to know: which events tell them, how often, and who has seen it."""
