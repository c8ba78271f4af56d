"""Tickets that customer service opened for the owner's reports: one that is closed there ends here, too.

For console and app; asking is all that opens anything, and only at whoever got the report (ticket_states.py).
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from privacy.conversation import Declined, Handler, fields_as
from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.door.door import Door
from privacy.gate.door.refused import Refused, not_written
from privacy.gate.front.exchange import Answer, Request, json_answer
from privacy.gate.outbox import failed_words, ticket_states
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import deletions
from privacy.gate.storage.store import StoreError
from privacy.reasons import Reason
from privacy.register import Language

Fields = Mapping[str, object]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class _Asked(msgspec.Struct, frozen=True):
    ticket: Number
    language: Language = Language.EN


class _Posted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ticket: Number


class Tickets:
    """One per gate."""

    def __init__(self, door: Door, rights: RightsDesk) -> None:
        self._desk, self._rights = door.desk, rights

    async def ask(self, ticket: str, language: Language) -> Fields:
        """Ask now; one that is closed there is closed here, too, and all that left for it goes.

        state: open, closed, or "" with ``what``: why nothing is known.

        Raises:
            Refused: no such ticket is open here, or nobody may be asked.
            StoreError: nobody was asked.
        """
        row = await self._desk.store.read(lambda tx: deletions.open_ticket(tx, ticket_states.REPORT, ticket))
        found = Reason.NO_TRANSFER if row is None else await ticket_states.state(self._desk, row)
        if isinstance(found, Reason):
            raise Refused(found)
        state, what = found
        gone = await self._rights.close_ticket(ticket) if state == "closed" else 0
        return {
            "ticket": ticket,
            "state": state,
            "what": failed_words.told(what, language),
            "deletions": gone,
        }


def table(tickets: Tickets) -> Mapping[str, Handler]:
    """The verb ``ticket.ask``."""

    async def ask(question: Fields) -> Fields:
        asked = fields_as(question, _Asked)
        try:
            return await tickets.ask(asked.ticket, asked.language)
        except Refused as refused:
            raise Declined(refused.reason.value, refused.reason.text(asked.language)) from refused
        except StoreError as error:
            raise not_written(error, asked.language) from error

    return {"ticket.ask": ask}


def owners(tickets: Tickets, door: Door) -> Mapping[tuple[str, str], Guarded]:
    """For the owner."""

    async def ask(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Posted)
        return json_answer(200, dict(await tickets.ask(asked.ticket, language)))

    return {("POST", "/gate/v1/tickets/questions"): answering(door, ask)}
