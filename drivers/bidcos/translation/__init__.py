"""A message and a model to values (readings.py), a value to a message (commands.py). Pure."""
