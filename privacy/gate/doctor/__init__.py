"""Looks at the machine as the gate will, and changes nothing."""
