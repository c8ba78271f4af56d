"""aiohttp through a tunnel: ``ClientSession(connector=TunnelConnector(gate, to))``, and nothing else changes.

One connector leads to one recipient. http:// and other hosts, also by a redirect, are refused; so is a proxy,
whoever set it. To a device in the house both are right: where it was entered by its certificate, the gate
speaks TLS with it, as nobody signs for such a one, and a library that asks by https:// asks inside that.
"""

import ssl
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.client_proto import ResponseHandler

from privacy.client import Destination, GateDeclined, GateLost, OpensTunnels, Tunnel

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientTimeout
    from aiohttp.tracing import Trace


INSIDE = "local.device"
_WHY = {  # OpenSSL's codes, X509_V_ERR_*, of what a device in the house can be mended for
    9: "its certificate is not valid yet: set the device's clock and this machine's",
    10: "its certificate has expired: renew it on the device",
    **dict.fromkeys((62, 64), "its certificate is for another name or address: have one made for this one"),
    **dict.fromkeys((2, 7, 18, 19, 20, 21), "nobody that this machine trusts signed its certificate"),
}
KEPT_S = (
    330.0  # longer than five minutes between two questions: each tunnel is entries in the ledger for years
)


class TunnelConnector(aiohttp.BaseConnector):
    """Opens a tunnel where others open a socket, and keeps it for the next question while the other end does.

    limit: connections at once. kept_s: how long one waits for its next question.
    """

    def __init__(
        self, gate: OpensTunnels, to: Destination, *, limit: int = 20, kept_s: float = KEPT_S
    ) -> None:
        super().__init__(limit=limit, keepalive_timeout=kept_s)
        self._gate, self._to = gate, to
        self._trust: ssl.SSLContext | None = None

    async def _create_connection(
        self,
        req: "ClientRequest",
        traces: list["Trace"],
        timeout: "ClientTimeout",  # noqa: ASYNC109 - aiohttp calls it so
    ) -> ResponseHandler:
        del traces
        if not (req.is_ssl() or self._to.activity == INSIDE) or req.proxy is not None:
            raise _refused(req, "only https, and no proxy")
        try:
            async with aiohttp.helpers.ceil_timeout(timeout.sock_connect):
                tunnel = await self._gate.open(self._to)
        except (GateDeclined, GateLost) as error:
            raise _refused(req, str(error)) from error
        try:
            return await self._connected(req, tunnel)
        except BaseException:
            tunnel.socket.close()
            raise

    async def _connected(self, req: "ClientRequest", tunnel: Tunnel) -> ResponseHandler:
        if (req.host, req.port) != (tunnel.host, tunnel.port):
            raise _refused(req, f"this connector leads to {tunnel.host}:{tunnel.port} only")
        if not req.is_ssl() or tunnel.gate_speaks_tls:
            _, protocol = await self._loop.create_connection(self._factory, sock=tunnel.socket)
            return protocol
        self._trust = self._trust or tunnel.trust()
        try:
            _, protocol = await self._loop.create_connection(
                self._factory, sock=tunnel.socket, ssl=self._trust, server_hostname=tunnel.host
            )
        except ssl.SSLCertVerificationError as error:
            shown = _inside(error) if self._to.activity == INSIDE else error
            raise aiohttp.ClientConnectorCertificateError(req.connection_key, shown) from error
        except ssl.SSLError as error:
            raise aiohttp.ClientConnectorSSLError(req.connection_key, error) from error
        except OSError as error:
            told = await self._gate.outcome(tunnel)
            raise _refused(req, str(told.get("what") or error)) from error
        return protocol


def _inside(error: ssl.SSLCertVerificationError) -> ssl.SSLCertVerificationError:
    """In words, with the way out that is right for each device in the house."""
    why = _WHY.get(error.verify_code, f"its certificate is not accepted ({error.verify_message})")
    return ssl.SSLCertVerificationError(1, f"{why}; or enter certificate_sha256 in its [[device]]")


def _refused(req: "ClientRequest", why: str) -> aiohttp.ClientConnectorError:
    return aiohttp.ClientConnectorError(req.connection_key, OSError(None, why))
