"""HTTP and WebSocket over the gate's streams, and the table of operations by name for other transports."""

from .beside import Beside
from .by_name import ByName
from .events import EventStream
from .server import make_app
from .streams import ParkedStreams

__all__ = ["Beside", "ByName", "EventStream", "ParkedStreams", "make_app"]
