"""Who may do what, as data: a role is a set of verbs. Pure.

Rooms, hours and an end narrow a role further: permits.py. What each operation takes: hub/operations/table.py.
"""

from collections.abc import Mapping
from enum import Enum

from privacy.vocabulary import DataCategory


class Verb(Enum):
    """One kind of thing that can be done."""

    STAY = "stay"  # read and end one's own session
    SEE = "see"  # devices, their values, rooms; and follow them
    SET = "set"  # switch, dim, warm
    RECALL = "recall"  # the past of a value
    ARRANGE = "arrange"  # names and rooms
    INSPECT = "inspect"  # radio, drivers, what devices remember
    RULE = "rule"  # pair, remove, configure, people and phones, what leaves the house


class Role(Enum):
    """A person's role in the home."""

    OWNER = "owner"  # sets up, pairs, removes, decides what leaves the house
    RESIDENT = "resident"  # lives here: rooms, names, history
    GUEST = "guest"  # sees devices and switches them
    CARER = "carer"  # looks after somebody: sees values, keeps it warm

    def may(self, verb: Verb) -> bool:
        """Whether this role includes that."""
        return verb in VERBS[self]


_VISIT = frozenset({Verb.STAY, Verb.SEE, Verb.SET})
VERBS: Mapping[Role, frozenset[Verb]] = {
    Role.OWNER: frozenset(Verb),
    Role.RESIDENT: _VISIT | {Verb.RECALL, Verb.ARRANGE, Verb.INSPECT},
    Role.GUEST: _VISIT,
    Role.CARER: _VISIT,
}
SETS: Mapping[Role, frozenset[DataCategory]] = {
    # of whom it is said what they set; all others set whatever can be set
    Role.CARER: frozenset({DataCategory.CLIMATE}),
}


def roles_that(verb: Verb) -> tuple[Role, ...]:
    """Every role that includes that."""
    return tuple(role for role in Role if role.may(verb))
