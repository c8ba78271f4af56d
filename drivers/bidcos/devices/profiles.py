"""Ready-made links: which presets fit a pair of channels, and what they set. Pure; the data is presets.py."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from hub.contract.datapoints import Value

from .entries import read_assignments, sections
from .layout import ChannelLayout
from .paramsets import RECEIVER_LIST, value_of_text
from .presets import PRESETS, RECEIVERS, SENDERS, VALUES
from .registers import RegisterDescription
from .sets import register_set

_ESSENTIAL = ("SHORT_JT_", "SHORT_CT_O", "SHORT_ACTION_TYPE", "SHORT_CONTROL_RC", "SHORT_COND_VALUE_LO")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPreset:
    """A way two channels can be linked. sender, receiver: CCU types. names: "de" and "en".

    texts: the receiver's LINK parameters, as the table has them.
    """

    name: str
    sender: tuple[str, ...]
    receiver: tuple[str, ...]
    names: Mapping[str, str]
    texts: Mapping[str, str]

    def fits(self, sender: ChannelLayout, receiver: ChannelLayout) -> bool:
        """They can be linked, and the receiver has what the preset is about."""
        if sender.type not in self.sender or receiver.type not in self.receiver or not receiver.link:
            return False
        if not sender.sends & receiver.hears:
            return False
        known = {description.name for description in register_set(receiver.link)}
        return all(name in known for name in self.texts if name.startswith(_ESSENTIAL))

    def values(self, descriptions: Iterable[RegisterDescription]) -> Mapping[str, Value]:
        """What it sets; a parameter that the receiver does not have is passed over."""
        return {
            description.name: value_of_text(description, self.texts[description.name])
            for description in descriptions
            if description.name in self.texts and description.list_index == RECEIVER_LIST
        }


def link_presets(sender: ChannelLayout, receiver: ChannelLayout) -> tuple[LinkPreset, ...]:
    """The presets for a pair of channels; () when there is none."""
    return tuple(preset for preset in all_presets() if preset.fits(sender, receiver))


@cache
def all_presets() -> tuple[LinkPreset, ...]:
    """All there are."""
    return tuple(_read(head, section.entries) for head, section in sections(PRESETS).items())


def _read(head: str, entries: tuple[str, ...]) -> LinkPreset:
    pair, _, name = head.partition(" · ")
    sender, _, receiver = pair.partition(" > ")
    texts: dict[str, str] = {}
    names: dict[str, str] = {}
    for entry in entries:
        word, _, rest = entry.partition(" ")
        if word in {"de", "en"}:
            names[word] = rest
        else:
            texts.update(read_assignments(VALUES[rest] if word == "like" else entry))
    return LinkPreset(
        name=name, sender=SENDERS[sender], receiver=RECEIVERS[receiver], names=names, texts=texts
    )
