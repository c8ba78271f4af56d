"""May a device be spoken with where its address is? Pure: what the kernel says comes in, a reason goes out.

Whether the owner's entry holds at all is decide.py's; this looks at where the address has got to meanwhile.
"""

from dataclasses import dataclass

from privacy.inside import NEVER_PORTS, InsideEntry, is_inside
from privacy.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Where the kernel says that the entry's address is, at this moment.

    on_link: no router in between. serves_network: it is a router's or a resolver's. mac: who answers there,
    "" when that is not to be seen; None as long as nobody was asked.
    """

    on_link: bool
    serves_network: bool
    mac: str | None = None


def misplaced(entry: InsideEntry, situation: Situation) -> Reason | None:
    """Say why the device is not spoken with there, or None."""
    if not is_inside(entry.address) or entry.port in NEVER_PORTS or not situation.on_link:
        return Reason.NOT_ON_LINK
    if situation.serves_network:
        return Reason.SERVES_NETWORK
    by_certificate_alone = entry.certificate_sha256 and not entry.mac  # that is looked at under TLS
    if situation.mac is not None and situation.mac != entry.mac and not by_certificate_alone:
        return Reason.OTHER_DEVICE
    return None
