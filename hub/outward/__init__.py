"""What of the hub leads outward: ways for libraries to use the gate's tunnels.

``TunnelConnector`` for aiohttp; for libraries with sockets of their own there is privacy/forwarder.py.
"""

from hub.outward.connector import TunnelConnector

__all__ = ["TunnelConnector"]
