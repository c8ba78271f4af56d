"""Which channels a model has, with which sets and link roles: reads layouts.py and peers.py. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from .entries import read_assignments, sections
from .layouts import LAYOUTS, ROLE_GROUPS
from .peers import PEERS

LAST_FIRMWARE = 0xFF


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLayout:
    """One channel, or several alike.

    first, last: its index; last is None when only the model says how many there are.
    type: the CCU's. master, link: names of sets, "" when it has none.
    sends, hears: link roles; who sends a role can be linked with who hears it.
    peer: the row of peers.py that the other side of a link shall hold.
    pairs: keys 1 and 2, 3 and 4 … belong together. signs: the CCU turns signing on by default.
    """

    first: int
    last: int | None
    type: str
    master: str = ""
    link: str = ""
    sends: frozenset[str] = frozenset()
    hears: frozenset[str] = frozenset()
    peer: str = ""
    pairs: bool = False
    signs: bool = False
    always_signs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The channels of a model with a range of firmware.

    firmware: from and to, as in the device info. device: the set of channel 0, or "".
    climate: the channel that keeps lists 5 to 9, or None. keep: what a central sets whatever the owner says.
    team: what devices of this model form together and what is linked in their place (smoke detectors).
    """

    firmware: tuple[int, int]
    device: str
    climate: int | None
    keep: Mapping[str, str]
    channels: tuple[ChannelLayout, ...]
    team: ChannelLayout | None

    def channel(self, index: int) -> ChannelLayout | None:
        """The layout of one channel from 1 on."""
        for channel in self.channels:
            if channel.first <= index and (channel.last is None or index <= channel.last):
                return channel
        return None


def layout_of(code: int | None, firmware: int | None = None) -> Layout | None:
    """The layout of a model code; None when nothing is known about its parameters.

    firmware: as in the device info; the newest layout when it is None or fits none.
    """
    found = _by_code().get(code) if code is not None else None
    if not found:
        return None
    for layout in found:
        if firmware is not None and layout.firmware[0] <= firmware <= layout.firmware[1]:
            return layout
    return max(found, key=lambda layout: layout.firmware)


@cache
def peer_values(name: str) -> Mapping[str, str]:
    """What the row ``name`` of peers.py sets; {} for ""."""
    return _peers()[name] if name else {}


@cache
def layout_codes() -> tuple[int, ...]:
    """The model codes that have a layout."""
    return tuple(_by_code())


@cache
def _by_code() -> Mapping[int, tuple[Layout, ...]]:
    layouts: dict[int, tuple[Layout, ...]] = {}
    for head, section in sections(LAYOUTS).items():
        device, *channels = section.entries
        words = _words(device.split(" ")[2:])
        parts = tuple(_channel(text) for text in channels if not text.startswith("T"))
        teams = [_channel(text[1:]) for text in channels if text.startswith("T")]
        for code, firmware in _codes(head):
            layout = Layout(
                firmware=firmware,
                device=words.get("M", ""),
                climate=int(words["climate"]) if "climate" in words else None,
                keep=read_assignments(words.get("keep", "").replace(",", " ").replace(":", "=")),
                channels=parts,
                team=teams[0] if teams else None,
            )
            layouts[code] = (*layouts.get(code, ()), layout)
    return layouts


@cache
def _peers() -> Mapping[str, Mapping[str, str]]:
    rows = (" ".join(row.split()).partition(": ") for row in PEERS.split(";"))
    return {name: read_assignments(values) for name, _, values in rows if name}


def _codes(head: str) -> Iterator[tuple[int, tuple[int, int]]]:
    for word in head.split():
        code, _, limits = word.partition("@")
        low, dash, high = limits.partition("-")
        first = _firmware(low) if low else 0
        last = _firmware(high) if high else LAST_FIRMWARE if dash or not limits else first
        yield int(code, 16), (first, last)


def _firmware(text: str) -> int:
    major, _, minor = text.partition(".")
    return int(major) << 4 | int(minor)


def _channel(text: str) -> ChannelLayout:
    index, kind, *rest = text.split(" ")
    first, dash, last = index.partition("-")
    words = _words(rest)
    return ChannelLayout(
        first=int(first),
        last=None if last == "*" else int(last) if dash else int(first),
        type=kind,
        master=words.get("M", ""),
        link=words.get("L", ""),
        sends=_roles(words.get("sends", "")),
        hears=_roles(words.get("hears", "")),
        peer=words.get("peer", ""),
        pairs="pairs" in rest,
        signs="aes" in rest or "aes!" in rest,
        always_signs="aes!" in rest,
    )


def _words(words: list[str]) -> Mapping[str, str]:
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def _roles(text: str) -> frozenset[str]:
    text = ROLE_GROUPS[text[1:]] if text.startswith(":") else text
    return frozenset(role for role in text.split(",") if role)
