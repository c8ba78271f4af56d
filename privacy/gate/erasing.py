"""Erases what the whole home keeps, on a statement that a phone signed: the hub's half, then the gate's.

One signed report names both. The hub is asked over its control conversation, so that it works although an
erasure may end the session that asked for it.
"""

from collections.abc import Awaitable, Mapping
from typing import Annotated, Protocol

import msgspec

from privacy.conversation import Declined
from privacy.gate.rights import RightsDesk
from privacy.rights import Effect, Scope

WITHIN_S = 600.0  # the hub writes its whole file anew: a year of a large home on a card takes minutes
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class _Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    holding: Annotated[str, msgspec.Meta(max_length=64)]
    erased: _Count
    stays: _Count
    why: Annotated[str, msgspec.Meta(max_length=200)]


class _Effects(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    effects: Annotated[list[_Effect], msgspec.Meta(max_length=200)]


class AskHub(Protocol):
    """Control.ask."""

    def __call__(self, op: str, within_s: float, /, **fields: object) -> Awaitable[Mapping[str, object]]:
        """Ask the hub."""
        ...


class Erasing:
    """One per gate."""

    def __init__(self, rights: RightsDesk, ask_hub: AskHub) -> None:
        self._rights, self._ask_hub = rights, ask_hub

    async def __call__(self, scope: Scope) -> Mapping[str, object]:
        """Erase; return report, signature and entry.

        Raises:
            ConversationLost, Declined: the hub is away, or says no; the gate erased nothing.
            StoreError: the gate's half was not erased.
        """
        category = None if scope.category is None else scope.category.value
        told = await self._ask_hub("erase", WITHIN_S, person=scope.person, category=category)
        try:
            hub = msgspec.convert(dict(told), _Effects)
        except msgspec.ValidationError as error:
            raise Declined("bad_answer", f"the hub did not say what it erased: {error}") from error
        effects = [
            Effect(holding=one.holding, erased=one.erased, stays=one.stays, why=one.why)
            for one in hub.effects
        ]
        return await self._rights.erase(scope, effects)
