"""What an owner's phone signs about the home as a whole: erase, deregister, take an objection back.

The hub's half comes first, then the gate's; of one person it is the other way round, as the hub knows which
numbers are theirs and can be asked again after a crash. One signed report names both. The hub is asked over
its control conversation, so that it works although it may end the session that asked for it. Ending access
never waits for the hub: where that is away, or says no, the gate's half is closed all the same.
"""

import logging
from collections.abc import Awaitable, Mapping
from typing import Annotated, Protocol

import msgspec

from privacy.conversation import ConversationLost, Declined
from privacy.gate.rights.one_person import Whose
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage.closures import ClosureKind
from privacy.rights import Effect, Scope

log = logging.getLogger(__name__)

WITHIN_S = 600.0  # the hub writes its whole file anew: a year of a large home on a card takes minutes
WHOSE_WITHIN_S = 30.0
UNKNOWN_PERSON = "unknown_person"
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class _Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    holding: Annotated[str, msgspec.Meta(max_length=64)]
    erased: _Count
    stays: _Count
    why: Annotated[str, msgspec.Meta(max_length=200)]


class _Effects(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    effects: Annotated[list[_Effect], msgspec.Meta(max_length=200)]


_Ways = Annotated[frozenset[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=200)]


class _Whose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    known: bool
    ways: _Ways
    others: _Ways


class AskHub(Protocol):
    """Control.ask."""

    def __call__(self, op: str, within_s: float, /, **fields: object) -> Awaitable[Mapping[str, object]]:
        """Ask the hub."""
        ...


class Erasing:
    """One per gate."""

    def __init__(self, rights: RightsDesk, ask_hub: AskHub) -> None:
        self._rights, self._ask_hub = rights, ask_hub

    async def erase(self, scope: Scope) -> Mapping[str, object]:
        """Erase; return report, signature and entry.

        Raises:
            ConversationLost, Declined: the hub is away, or says no; the gate erased nothing, or of one
                person its half: it can be repeated.
            StoreError: the gate's half was not erased.
        """
        if scope.person is None:
            return await self._rights.erase(scope, await self._hub_erases(scope))
        here = await self.erase_here(scope.person)
        try:
            hub = await self._hub_erases(scope)
        except Declined as declined:
            if declined.code != UNKNOWN_PERSON or not any(one.erased for one in here):
                raise
            hub = []
        return await self._rights.erase(scope, [*hub, *here])

    async def erase_here(self, person: str) -> tuple[Effect, ...]:
        """Erase what the gate keeps of one person; their half at the hub comes next, then the report.

        Raises:
            ConversationLost, Declined: the hub does not say whose the numbers are; nothing was erased.
            StoreError: not all was erased.
        """
        told = await self._ask_hub("whose", WHOSE_WITHIN_S, person=person)
        try:
            known = msgspec.convert(dict(told), _Whose)
        except msgspec.ValidationError as error:
            raise Declined("bad_answer", f"the hub did not say whose numbers are whose: {error}") from error
        whose = Whose(name=person, known=known.known, ways=known.ways, others=known.others)
        return await self._rights.erase_person(whose)

    async def deregister(self) -> Mapping[str, object]:
        """End all access and all consents, then erase; return report, signature and entry, and what ended.

        finished: False, and no report, where the hub did not do its half; the console finishes it.

        Raises:
            StoreError: it was not recorded; everything outward is closed all the same.
        """
        try:
            people = _read(await self._ask_hub("deregister", WITHIN_S))
        except (ConversationLost, Declined) as error:
            log.error("deregistration.hub_away", extra={"reason": str(error)[:200]})
            ended = await self._rights.deregister("authorisations", ())
            return {"finished": False, "report": "", "signature": "", **_ended(ended)}
        ended = await self._rights.deregister("authorisations", people)
        try:
            hub = await self._hub_erases(Scope())
        except (ConversationLost, Declined) as error:
            log.error("deregistration.hub_away", extra={"reason": str(error)[:200]})
            return {"finished": False, "report": "", "signature": "", **_ended(ended)}
        return {"finished": True, **_ended(ended), **await self._rights.deregister("data", hub)}

    async def lift(self, kind: ClosureKind, subject: str, by: str) -> bool:
        """Take an objection or a restriction back; False when there is none.

        Raises:
            StoreError: it was not taken back.
        """
        return await self._rights.lift(kind, subject, by)

    async def _hub_erases(self, scope: Scope) -> list[Effect]:
        category = None if scope.category is None else scope.category.value
        return _read(await self._ask_hub("erase", WITHIN_S, person=scope.person, category=category))


def _ended(told: Mapping[str, object]) -> dict[str, object]:
    return {name: told[name] for name in ("phones", "consents", "cut", "entry", "message")}


def _read(told: Mapping[str, object]) -> list[Effect]:
    try:
        hub = msgspec.convert(dict(told), _Effects)
    except msgspec.ValidationError as error:
        raise Declined("bad_answer", f"the hub did not say what it erased: {error}") from error
    return [
        Effect(holding=one.holding, erased=one.erased, stays=one.stays, why=one.why) for one in hub.effects
    ]
