"""The other end: an air, a CUL stick on a pty and simulated Homematic devices."""
