"""What tests may ask of one simulated device beside pressing its buttons: memory, key, place, misfortune."""

from collections.abc import Callable, Mapping

from drivers.bidcos.codec.signing import DEFAULT_KEY, passphrase_key

from .asking import Answer, Request, number_in, text_in
from .devices.device import Device
from .devices.memory import CENTRAL_REGISTERS, DEVICE_LIST, NO_PEER, ListId
from .devices.surface import QUIRKS

CHANNELS_MAX, LISTS_MAX, PEERS_MAX = 63, 255, 60
FOREIGN = b"\xee\xee\xee"  # address of peers that only fill a table


def registers(device: Device, request: Request) -> Answer:
    """Read a list, after writing what ``write`` says: {"08": 1}, register in hex."""
    target = _list(request)
    if not device.memory.has_list(target):
        known = sorted({*map(str, device.memory.factory), *map(str, device.memory.lists)})
        raise ValueError(f"list {target}: one of {', '.join(known)}")
    written = request.get("write", {})
    if not isinstance(written, dict):
        raise ValueError('write: {"08": 1}, register in hex, value 0 to 255')
    pairs = {int(name, 16) & 0xFF: round(number_in(written, name, 0, 255)) for name in written}
    if pairs:
        device.memory.write(target, pairs)
    return {"registers": {f"{name:02X}": value for name, value in device.memory.registers(target).items()}}


def peers(device: Device, request: Request) -> Answer:
    """Each channel's peers; ``fill`` enters so many foreign ones into ``channel``."""
    channel = round(number_in(request, "channel", 0, CHANNELS_MAX, 1))
    for number in range(round(number_in(request, "fill", 0, PEERS_MAX, 0))):
        device.memory.add_peer(channel, FOREIGN + bytes((number + 1,)))
    tables = {str(at): [peer.hex().upper() for peer in table] for at, table in device.memory.peers.items()}
    return {"room": device.memory.peers_max, "peers": tables}


def key(device: Device, request: Request) -> Answer:
    """Which key it has; ``passphrase`` and ``index`` give it another. The key itself is not told."""
    if "passphrase" in request:
        index = round(number_in(request, "index", 0, 127, 1))
        device.memory.set_key(passphrase_key(text_in(request, "passphrase")), index)
    return {"index": device.memory.key_index, "default": device.memory.key == DEFAULT_KEY}


def fail_half_way(device: Device, _: Request) -> Answer:
    """Lose power between the halves of the next new key."""
    device.inbox.guard.loses_power_half_way = True
    return {}


def power_loss(device: Device, _: Request) -> Answer:
    """Take the batteries out and put them in again."""
    device.power_loss()
    return {}


def path(device: Device, request: Request) -> Answer:
    """Stand so that the first stick hears it with ``dbm``; without it only tell."""
    if "dbm" in request:
        device.path_dbm = number_in(request, "dbm", -140, -20)
    return {"dbm": round(device.path_dbm, 1)}


def owner(device: Device, request: Request) -> Answer:
    """Belong to another central, or to nobody with 000000."""
    text = text_in(request, "central")
    try:
        central = bytes.fromhex(text)
    except ValueError:
        central = b""
    if len(central) != len(CENTRAL_REGISTERS):
        raise ValueError(f"central {text!r}: six hex digits")
    device.memory.write(DEVICE_LIST, dict(zip(CENTRAL_REGISTERS, central, strict=True)))
    return {"central": central.hex().upper()}


def quirks(device: Device, request: Request) -> Answer:
    """Behave as other firmware does; an empty list ends it."""
    names = request.get("quirks", sorted(device.quirks))
    if not isinstance(names, list) or not set(map(str, names)) <= set(QUIRKS):
        raise ValueError(f"quirks {names!r}: some of {', '.join(QUIRKS)}")
    device.quirks = set(map(str, names))
    return {"quirks": sorted(device.quirks)}


def miss(device: Device, request: Request) -> Answer:
    """Not hear the next frames."""
    device.misses = round(number_in(request, "frames", 0, 1000))
    return {}


def teach_in(device: Device, _: Request) -> Answer:
    """Press the teach-in button."""
    device.teach_in()
    return {}


def factory_reset(device: Device, _: Request) -> Answer:
    """Hold the teach-in button."""
    device.factory_reset()
    return {}


def _list(request: Request) -> ListId:
    peer = text_in(request, "peer", NO_PEER.hex())
    try:
        address = bytes.fromhex(peer)
    except ValueError:
        address = b""
    if len(address) != len(NO_PEER):
        raise ValueError(f"peer {peer!r}: eight hex digits, address and channel")
    return ListId(
        channel=round(number_in(request, "channel", 0, CHANNELS_MAX, 0)),
        number=round(number_in(request, "list", 0, LISTS_MAX, 0)),
        peer=address,
    )


VERBS: Mapping[str, Callable[[Device, Request], Answer]] = {
    "teach-in": teach_in,
    "factory-reset": factory_reset,
    "miss": miss,
    "registers": registers,
    "peers": peers,
    "key": key,
    "fail-half-way": fail_half_way,
    "power-loss": power_loss,
    "path": path,
    "owner": owner,
    "quirks": quirks,
}
