"""HTTP and WebSocket over the gate's streams."""

from .server import make_app
from .streams import ParkedStreams

__all__ = ["ParkedStreams", "make_app"]
