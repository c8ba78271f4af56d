"""The transport at home: a WebSocket, spliced unread by the gate. I/O.

Who shows no key gets nothing but the upgrade: no ping, no close frame, and the end after ten seconds, or
when others need its place.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import WSMsgType, web

from hub.home.errors import Refused

from .keys import AT_HOME
from .link import Remote
from .transport import TOO_MUCH_WIRE

RETRY_S = 2.0


class _Line:
    """Follows link.Line."""

    def __init__(self, request: web.Request, response: web.WebSocketResponse) -> None:
        self._request, self._response = request, response

    async def send(self, message: bytes) -> None:
        await self._response.send_frame(message, WSMsgType.BINARY)

    def close(self, *, at_once: bool = False) -> None:
        transport = self._request.transport
        if transport is not None and at_once:
            transport.abort()
        elif transport is not None:
            transport.close()  # what was written is sent first

    async def messages(self) -> AsyncIterator[bytes]:
        """Binary messages until it ends; anything else is ignored."""
        async for message in self._response:
            if message.type is WSMsgType.BINARY:
                yield message.data


def make_handler(remote: Remote) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Serves one connection per request."""

    async def serve(request: web.Request) -> web.StreamResponse:
        response = web.WebSocketResponse(compress=False, autoping=False, max_msg_size=TOO_MUCH_WIRE)
        if not response.can_prepare(request):
            raise Refused("websocket_only")
        if remote.is_stopped:
            raise Refused("busy", retry_after_s=RETRY_S)
        await response.prepare(request)
        line = _Line(request, response)
        try:
            await remote.serve(line, line.messages(), AT_HOME)
        finally:
            line.close()
        return response

    return serve
