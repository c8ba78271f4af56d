"""The console: who may use it, and what it may ask about notice, consents and the ledger."""
