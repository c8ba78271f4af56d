"""Look before you agree: what would be sent, collected and kept, exactly as it would leave."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from privacy.consent import TICKET, categories_of
from privacy.gate.desk import Desk
from privacy.gate.door.refused import Refused
from privacy.gate.outbox.figures import Collect
from privacy.gate.storage import records
from privacy.gate.storage.records import PREVIEW_KEPT, Preview
from privacy.payload import LONGEST_KEPT, PayloadRefused, build
from privacy.reasons import Reason
from privacy.register import Form

GIVEN_BY = {  # commands that show and ask for activities that have no groups
    "account.register": "homebase account confirm",
    "mail.send": "homebase notify allow",
    "sms.send": "homebase notify allow",
    "push.send": "homebase notify allow",
    "setup.timezone": "homebase account timezone",
    "support.ticket": "homebase ticket report",
    "account.deregister": "homebase rights deregister --tell",
    "mail.product": "homebase account product-mail",
}


class Previews:
    """One per door. collect: asks the hub for its data."""

    def __init__(self, desk: Desk, collect: Collect) -> None:
        self._desk, self._collect = desk, collect

    async def preview(self, activity: str, groups: frozenset[str], ticket: str) -> Preview:
        """Collect and keep what would be sent, exactly.

        Raises:
            Refused: nothing of that kind may be sent, or the hub's data does not fit.
            ConversationLost, Declined: the hub is away, or says no.
        """
        row = self._desk.register.get(activity)
        reason: Reason | None = None
        if row is None:
            reason = Reason.UNKNOWN_ACTIVITY
        elif not row.leaves_house:
            reason = Reason.STAYS_HOME
        elif not row.built:
            reason = Reason.NOT_BUILT
        elif not row.groups:
            by_other = Form.STANDING in row.forms and activity not in GIVEN_BY
            raise Refused(
                Reason.FORM_NOT_ALLOWED if by_other else Reason.UNKNOWN_GROUP,
                "--standing" if by_other else GIVEN_BY.get(activity, ""),
            )
        elif not TICKET.fullmatch(ticket):
            reason = Reason.NO_TICKET
        elif not groups or not groups <= row.groups.keys():
            reason = Reason.UNKNOWN_GROUP
        else:
            reason = self._desk.standing.closed(row, categories_of(row, groups))
        if reason is not None:
            await self._desk.refuse(activity, "", reason, ticket)
            raise Refused(reason)
        made = self._desk.time.instant().at
        shown = await self.built(activity, groups, ticket, made)
        await self._desk.store.write(lambda tx: records.keep_preview(tx, shown))
        return shown

    async def built(self, activity: str, groups: frozenset[str], ticket: str, made: datetime) -> Preview:
        """What would be sent now, kept nowhere.

        Raises:
            Refused, ConversationLost, Declined: as preview.
        """
        collected = (await self._collect(activity, sorted(groups))).get("groups")
        delete_by = made + LONGEST_KEPT
        try:
            body = build(collected, groups=groups, ticket=ticket, made=made, delete_by=delete_by)
        except PayloadRefused as error:
            await self._desk.refuse(activity, "", Reason.UNKNOWN_FIELD, ticket)
            raise Refused(Reason.UNKNOWN_FIELD, str(error)) from error
        return replace(self._of(activity, body, made, delete_by), groups=groups, ticket=ticket)

    async def own(self, activity: str, body: bytes, kept: timedelta = LONGEST_KEPT) -> Preview:
        """Keep what would be sent of the gate's own making, exactly. kept: how long its copy stays.

        Raises:
            Refused: nothing of that kind may be sent.
            StoreError: it can't be kept.
        """
        row, made = self._desk.register.activities[activity], self._desk.time.instant().at
        if (shut := self._desk.standing.closed(row, row.categories)) is not None:
            await self._desk.refuse(activity, "", shut)
            raise Refused(shut)
        shown = self._of(activity, body, made, made + kept)
        await self._desk.store.write(lambda tx: records.keep_preview(tx, shown))
        return shown

    def _of(self, activity: str, body: bytes, made: datetime, delete_by: datetime) -> Preview:
        return Preview(
            id=self._desk.random_bytes(8).hex(),
            activity=activity,
            ticket="",
            groups=frozenset(),
            sha256=sha256(body).hexdigest(),
            body=body,
            delete_by=delete_by,
            expires=made + PREVIEW_KEPT,
        )
