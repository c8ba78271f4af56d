"""The budgets of design and README, measured. ``python -m bench`` runs the table; each bench runs alone too.

Outside the wheel. A bench is a client: it may read clocks and make random bytes.
"""
