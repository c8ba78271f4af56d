"""What is between the ends of a tunnel that has begun: connected, greeted where it leads outside, spliced.

Read downwards: outside or inside → _spliced. Record or refuse was before; a cut ends it from tunnels.py.
"""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from privacy.client_hello import Greeting
from privacy.gate.desk import Desk
from privacy.gate.network import device_tls, line, resolver
from privacy.gate.network.inside_line import NoLine
from privacy.gate.network.neighbours import Place
from privacy.gate.tunnels.allowances import Allowance, Purse
from privacy.gate.tunnels.devices import Devices
from privacy.gate.tunnels.greet import Greeted, greet
from privacy.gate.tunnels.tunnel import Failed, Tunnel
from privacy.reasons import Reason
from privacy.splice import Splice, SpliceBroken

ADDRESSES = 3  # of a name that are tried, one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One tunnel's. starved: called when the day's amount is used up; greeting_s: for a second greeting."""

    desk: Desk
    tunnel: Tunnel
    allowance: Allowance
    scratch: memoryview
    starved: Callable[[Reason], None]
    greeting_s: float

    async def outside(self, servers: tuple[str, ...], greeting: Greeting) -> None:
        """To the granted host, by an address that was just looked up.

        Raises:
            Failed: it did not come about, or broke.
        """
        tunnel = self.tunnel
        if tunnel.starved:
            raise Failed("the day's amount was used up meanwhile", Reason.BUDGET_USED_UP)
        far = await self._connect(servers)
        try:
            greeted = await greet(tunnel, far, greeting, self.greeting_s)
        except OSError as error:  # TimeoutError too
            what = os.strerror(error.errno) if error.errno else "no answer to the greeting"
            raise Failed(f"{tunnel.address}: {what}") from error
        if isinstance(greeted, Reason):
            raise Failed(f"its second greeting: {greeted.value}", greeted)
        if (reason := await self.allowance.count(greeted.more)) is not None:
            raise Failed(reason.value, reason)
        await self._spliced(far, greeted)

    async def inside(self, devices: Devices, place: Place) -> None:
        """To a device in the house; nothing is looked up or read.

        Raises:
            Failed: it did not come about, or broke.
        """
        tunnel = self.tunnel
        assert tunnel.device is not None
        try:
            far = tunnel.far = await devices.connect(tunnel.device, place)
        except NoLine as error:
            raise Failed(error.why) from error
        if (reason := devices.answers(tunnel.device, place)) is not None:
            raise Failed(reason.value, reason)
        if (certificate := devices.certificate(tunnel.device)) is None:
            await self._spliced(far, Greeted(early=b""))
        else:
            await self._spliced_under_tls(far, certificate)

    async def _spliced_under_tls(self, far: socket.socket, certificate: str) -> None:
        """The hub's bytes go inside TLS of the gate's own, whose other end showed the entered certificate."""
        try:
            async with device_tls.secured(far, certificate) as inside:
                await self._spliced(inside.end, Greeted(early=b""))
                await inside.finish()
        except device_tls.OtherCertificate as error:
            raise Failed(Reason.OTHER_CERTIFICATE.value, Reason.OTHER_CERTIFICATE) from error
        except OSError as error:  # ssl.SSLError, TimeoutError too
            raise Failed(f"no TLS: {error.strerror or 'no answer in time'}") from error
        await line.drained(far, self.desk.clock)

    async def _spliced(self, far: socket.socket, greeted: Greeted) -> None:
        purse = Purse(self.allowance, self.starved)
        splice = self.tunnel.splice = Splice(self.tunnel.near, far, self.scratch, purse)
        purse.open(splice.resume)
        try:
            await splice.run(greeted.early, greeted.back)
            await line.drained(far, self.desk.clock)
        except SpliceBroken as broken:
            raise Failed(broken.reason) from broken
        finally:
            purse.close()

    async def _connect(self, servers: tuple[str, ...]) -> socket.socket:
        """A connection to an address that was just looked up, and to no other."""
        tunnel, to, problem = self.tunnel, self.tunnel.recipient, ""
        try:
            found = await resolver.look_up(to.host, servers, self.desk.random_bytes)
        except resolver.LookupFailed as error:
            raise Failed(str(error)) from error
        if not found.outside:
            what = f"{to.host}: {found.inside} addresses, none outside the house"
            raise Failed(what, Reason.ADDRESS_NOT_OUTSIDE)
        for address in found.outside[:ADDRESSES]:
            tunnel.address = str(address)
            try:
                far = tunnel.far = line.unconnected(address)
                await line.connect(far, address, to.port)
            except OSError as error:  # TimeoutError too
                problem = f"{address}: {os.strerror(error.errno) if error.errno else 'no answer in time'}"
                if tunnel.far is not None:
                    tunnel.far.close()
            else:
                return far
        raise Failed(f"{to.host}: {problem}")
