"""What the gate keeps, and how: the encrypted file, its tables, the ledger, what outlives a bad disk."""
