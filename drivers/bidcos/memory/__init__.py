"""What devices remember: registers read, parameters and links written, week programs, successors.

What a device shall hold and does not yet is a wish (wishes.py), granted by writing.py.
"""
