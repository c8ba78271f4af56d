"""HTTP and WebSocket over the gate's streams."""

from .events import EventStream
from .server import make_app
from .streams import ParkedStreams

__all__ = ["EventStream", "ParkedStreams", "make_app"]
