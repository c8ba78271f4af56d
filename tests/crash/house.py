"""What the series kill: a store that acknowledges numbers by key. Add yours to HOUSES."""

import importlib
from pathlib import Path
from typing import Protocol, cast

HOUSES = {
    "hub": "tests.crash.hub_house:HubHouse",
    "gate": "tests.crash.gate_house:GateHouse",
    "phones": "tests.crash.phones_house:PhonesHouse",
    "account": "tests.crash.account_house:AccountHouse",
    "upgrading": "tests.crash.upgrading_house:UpgradingHouse",
    "replacing": "tests.crash.replacing_house:ReplacingHouse",
    "ordering": "tests.crash.ordering_house:OrderingHouse",
    "terms": "tests.crash.terms_house:TermsHouse",
    # controls: what the series must find
    "unsynced": "tests.crash.careless:Unsynced",
    "forgetful": "tests.crash.careless:Forgetful",
}

FAST = "fast."  # keys that a power cut may set back to the last acknowledged BATCH; a kill may not
BATCH = "batch"


class House(Protocol):
    """Synchronous, so that any store can be one. A key's numbers only ever grow."""

    def open(self, state: Path, run: Path) -> None:
        """state: the folder on the card; run: the one in memory, emptied by a power cut. May raise."""
        ...

    def values(self) -> dict[str, int]:
        """All that is remembered. Raises when anything in the store does not verify."""
        ...

    def keys(self) -> tuple[str, ...]:
        """The keys that the client sets in turn."""
        ...

    def set(self, key: str, number: int) -> None:
        """Return when it may be acknowledged."""
        ...

    def close(self) -> None:
        """A clean stop."""
        ...


def house_named(name: str) -> House:
    module, _, kind = HOUSES[name].partition(":")
    return cast("House", getattr(importlib.import_module(module), kind)())
