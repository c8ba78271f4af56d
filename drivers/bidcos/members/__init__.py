"""The devices that belong to us, as records and while the driver runs; what a teach-in says to them."""
