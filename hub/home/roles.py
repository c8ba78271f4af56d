"""Who may do what: three roles, each may all that the next one may. Pure."""

from enum import Enum


class Role(Enum):
    """A person's role in the home."""

    OWNER = "owner"  # sets up, pairs, removes, decides what leaves the house
    RESIDENT = "resident"  # lives here: rooms, names, history
    GUEST = "guest"  # sees devices and switches them

    def may(self, needed: "Role") -> bool:
        """Whether this role includes what ``needed`` may do."""
        return _RANK[self] >= _RANK[needed]


_RANK = {Role.OWNER: 3, Role.RESIDENT: 2, Role.GUEST: 1}
