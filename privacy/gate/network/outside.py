"""Where a recipient is: its server's name looked up, one address outside the house taken; or the device."""

from ipaddress import IPv4Address

from privacy.gate.network import resolver
from privacy.gate.network.tls_line import Target
from privacy.ports import RandomBytes
from privacy.recipients import Recipient


class NotOutside(resolver.LookupFailed):
    """The name leads into the house alone. what: one line."""


async def target(to: Recipient, asked: tuple[str, ...], random_bytes: RandomBytes, turn: int = 0) -> Target:
    """Look it up at ``asked``. turn: each takes another address, should one be out of order.

    Raises:
        LookupFailed: nobody answered, or there is no such name.
        NotOutside: no address of it may be connected to.
    """
    if to.device:  # no line of the network leads there
        return Target(host=to.host, address=IPv4Address(0), port=0, path=to.device, ca_file=None)
    found = await resolver.look_up(to.host, asked, random_bytes)
    if not found.outside:
        raise NotOutside(f"{to.host}: {found.inside} addresses, none outside the house")
    address = found.outside[turn % len(found.outside)]
    return Target(host=to.host, address=address, port=to.port, path=to.path, ca_file=to.ca_file)
