"""The owner's account: e-mail and its confirmation, access data, addressees, timezone."""
