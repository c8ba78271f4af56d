"""Answers the gate's questions ``whose``, ``erase`` and ``deregister``, for an owner's phone or console."""

from collections.abc import Iterable, Mapping

from hub.home.errors import Refused
from hub.home.rights import Rights
from privacy.client import GateDeclined
from privacy.rights import Effect, Scope
from privacy.vocabulary import DataCategory


async def erase(rights: Rights, question: Mapping[str, object]) -> Mapping[str, object]:
    """Erase one person, one category or everything, for good.

    Raises:
        GateDeclined: an unknown person or category.
        StoreError: nothing was erased, or the free pages wait for the next start.
    """
    person, category = question.get("person"), question.get("category")
    try:
        scope = Scope(
            person=None if person is None else str(person),
            category=None if category is None else DataCategory(category),
        )
        effects = await rights.erase(scope)
    except Refused as refused:
        raise GateDeclined(refused.code, str(refused.value)) from refused
    except ValueError as error:
        raise GateDeclined("unknown_category", str(error)) from error
    return _told(effects)


async def whose(rights: Rights, question: Mapping[str, object]) -> Mapping[str, object]:
    """Which of the gate's ways somebody is told by, and which all others are. known: whether they are here.

    Raises:
        StoreError: it can't be read.
    """
    known, theirs, others = await rights.whose(str(question.get("person")))
    return {"known": known, "ways": sorted(theirs), "others": sorted(others)}


async def deregister(rights: Rights, question: Mapping[str, object]) -> Mapping[str, object]:
    """End everybody's access, the first step of a deregistration; the gate asks for the data afterwards.

    Raises:
        StoreError: nothing was ended.
    """
    return _told(await rights.end_authorisations())


def _told(effects: Iterable[Effect]) -> Mapping[str, object]:
    return {
        "effects": [
            {"holding": one.holding, "erased": one.erased, "stays": one.stays, "why": one.why}
            for one in effects
        ]
    }
