"""HTTP and WebSocket over the gate's streams."""
