"""The named sets of parameters that the tables hold; each is read when it is first asked for. Pure."""

from collections.abc import Mapping
from functools import cache

from .entries import Section, entry_key, read_assignments, read_entry, sections
from .registers import RegisterDescription
from .sets_device import DEVICE_SETS
from .sets_link import LINK_SETS
from .sets_master import MASTER_SETS
from .week_entries import week_entries


@cache
def set_names() -> tuple[str, ...]:
    """The names of all sets."""
    return tuple(_sections())


@cache
def register_set(name: str) -> tuple[RegisterDescription, ...]:
    """The parameters of one set.

    Raises:
        KeyError, ValueError: there is no such set, or it does not follow the notation.
    """
    found: list[RegisterDescription] = []
    list_index, entries = _resolved(name)
    for entry in entries.values():
        if entry.startswith("@week"):
            found += week_entries(entry)
        elif not entry.startswith("@"):
            found += read_entry(entry, list_index)
    return tuple(found)


@cache
def link_start(name: str, button: str) -> Mapping[str, str]:
    """What a link set starts with when the linked key is the upper of two (A), the lower (B) or alone (AB).

    Values are the texts of the parameters; {} when the button makes no difference.
    """
    for key, entry in _resolved(name)[1].items():
        if key.startswith("@") and button in key[1:].split("|"):
            return read_assignments(entry.partition(" ")[2])
    return {}


@cache
def _sections() -> Mapping[str, Section]:
    return {**sections(DEVICE_SETS), **sections(MASTER_SETS), **sections(LINK_SETS)}


@cache
def _resolved(name: str) -> tuple[int, Mapping[str, str]]:
    """The list and the entries by key, those of the set it is like included."""
    section = _sections()[name]
    list_index, _, base = section.rest.partition(" like ")
    entries = dict(_resolved(base)[1]) if base else {}
    for entry in section.entries:
        if entry.startswith("without "):
            for key in entry.split(" ")[1:]:
                del entries[key]
        else:
            entries[entry_key(entry)] = entry
    return int(list_index), entries
