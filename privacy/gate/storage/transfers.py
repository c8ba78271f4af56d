"""What the ledger says of every transfer to somebody outside, whoever makes it.

Where it goes, whom its name is asked of, and how it ended; what else an entry says is added by who makes it.
"""

from collections.abc import Mapping, Sequence

from privacy import canonical
from privacy.gate.storage.book import News
from privacy.ledger import Kind
from privacy.recipients import Recipient

LONGEST_TOLD = 300  # characters of what went wrong


def begun(
    transfer: str,
    to: Recipient,
    servers: Sequence[str],
    told: Mapping[str, canonical.Json],
    kind: Kind = Kind.TRANSFER_BEGIN,
) -> tuple[News, ...]:
    """What stands in the book before the first byte. servers: asked for the name; none is for a device."""
    data = {
        **told,
        "transfer": transfer,
        "recipient": to.name,
        "host": to.host,
        "port": to.port,
        "country": to.country,
    }
    lookup: dict[str, canonical.Json] = {"transfer": transfer, "name": to.host, "servers": list(servers)}
    asks = () if to.device else (News(kind=Kind.LOOKUP, data=lookup),)
    return News(kind=kind, data=data), *asks


def ended(
    transfer: str, result: str, sent: int, what: str, receipt: str | None = None, ticket: str = ""
) -> News:
    """That it is over. sent: bytes; what: one line, cut; receipt: the recipient's word that it has it.

    ticket: that the answer named; "" where it named none.
    """
    data: dict[str, canonical.Json] = {
        "transfer": transfer,
        "result": result,
        "sent": sent,
        "what": what[:LONGEST_TOLD],
        "receipt": receipt,
    }
    if ticket:
        data["ticket"] = ticket
    return News(kind=Kind.TRANSFER_END, data=data)
