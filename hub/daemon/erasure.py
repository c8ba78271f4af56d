"""Answers the gate's question ``erase``: an owner's phone signed it, and the gate has looked at that."""

from collections.abc import Mapping

from hub.home.errors import Refused
from hub.home.rights import Rights
from privacy.client import GateDeclined
from privacy.rights import Scope
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
    return {
        "effects": [
            {"holding": one.holding, "erased": one.erased, "stays": one.stays, "why": one.why}
            for one in effects
        ]
    }
