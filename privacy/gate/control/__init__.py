"""control.sock: the hub's questions to the gate; never to open anything."""
