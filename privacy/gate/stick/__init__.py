"""The one radio stick that the hub may use, at the machine or in the house's network."""
