"""What the gate may ask about the owner, for letters that they agreed to: the name, the serial number.

The gate takes it by the form of its fields alone, and shows it before it leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.operations import House
from privacy.client import GateDeclined

from .figures import Answer

MAY_HAVE: Mapping[str, frozenset[str]] = {
    "mail.product": frozenset({"name"}),
    "support.ticket": frozenset({"serial"}),
    "account.deregister": frozenset({"serial"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Of the home's account and installation; "" for what nobody entered."""

    house: House

    def collect_or(self, otherwise: Answer) -> Answer:
        """The answer to the gate's question ``collect``; other activities go to ``otherwise``."""

        async def collect(request: Mapping[str, object]) -> Mapping[str, object]:
            allowed, wanted = MAY_HAVE.get(str(request.get("activity"))), request.get("groups")
            if allowed is None:
                return await otherwise(request)
            if not isinstance(wanted, list) or not allowed.issuperset(wanted):
                raise GateDeclined("unknown_group", f"allowed are {', '.join(sorted(allowed))}")
            return {"groups": {name: await self._known(name) for name in wanted}}

        return collect

    async def _known(self, name: str) -> str:
        if name == "serial":
            return (await self.house.installation.read()).serial
        return (await self.house.account.read()).values.get(name, "")
