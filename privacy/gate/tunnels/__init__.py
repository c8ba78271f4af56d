"""Streams of the hub to one granted host or device: tickets, greetings, meters, ends."""
